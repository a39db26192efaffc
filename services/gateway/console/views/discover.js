// Finding links nobody told of: a log or an archive to search, what was seen, who sends readers, who only names you.
import { useState } from "preact/hooks";
import { get, post, upload } from "../api.js";
import { count, day, External, html, many, Moment, shortUrl } from "../html.js";
import { hostName } from "../names.js";
import { Trouble, useLoad } from "../load.js";
import { Outcome, useAct } from "../pieces/act.js";
import { CopyText } from "../pieces/copy.js";
import { Field, Form } from "../pieces/form.js";
import { Job } from "../pieces/job.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";
import { link } from "../route.js";
import { live } from "../state.js";

const KINDS = [["", "Told by its name"], ["access_log", "Log of your web server"], ["wat", "Links from a crawl (WAT)"], ["warc", "Pages from a crawl (WARC, WET)"]];
const MENTION_NOTE = 500;

function Upload({ siteId, started }) {
  const send = async (given, form) => {
    started((await upload(`/v1/sites/${siteId}/discoveries`, given)).value);
    form.reset();
  };
  return html`<section class="card"><h2>Search a file</h2>
    <p>The log of your web server knows who clicked a link to you. Common Crawl’s files know links that nobody clicked.</p>
    <${Form} label="Search this file" send=${send}>
      <${Field} name="file" type="file" label="Log or archive" hint="Apache, nginx, Caddy, IIS, CloudFront, WAT, WARC or WET; packed or not." required />
      <${Field} name="source" as="select" label="What it is">${KINDS.map(([code, text]) => html`<option value=${code}>${text}</option>`)}<//><//>
    <p class="muted small">Addresses of your readers are dropped while the file is read, and the file is deleted after that.</p></section>`;
}

function Around({ siteId, started }) {
  const act = useAct();
  const search = (source) => act.run(async () => started(await post(`/v1/sites/${siteId}/discoveries`, { source })));
  return html`<section class="card"><h2>Search those who link already</h2>
    <p>Up to 50 domains with most links to you are asked for new pages, politely.</p>
    <div class="row"><button type="button" disabled=${act.busy} onClick=${() => search("feeds")}>Their newest posts</button>
      <button type="button" disabled=${act.busy} onClick=${() => search("crawl")}>Their home pages, too</button></div>
    <${Outcome} act=${act} /></section>`;
}

function Told() {
  const address = `${location.origin}/webmention`;
  return html`<section class="card"><h2>Let others tell you</h2>
    <p>Many blogs tell by themselves whom they link to (Webmention). Put this line into the head of your pages:</p>
    <${CopyText} label="Line for your pages" rows=${2} text=${`<link rel="webmention" href="${address}">`} />
    <p class="muted small">Anybody may tell of any page; it counts once we saw the link there. The address has to be reachable from outside.</p></section>`;
}

function Searches({ siteId, turn }) {
  return html`<section class="card"><h2>Searches</h2>
    <${Paged} what="searches" path=${`/v1/sites/${siteId}/discoveries`} size=${10} turn=${turn}
      empty=${html`<p>Nothing was searched yet. Begin with a log of your web server.</p>`}>${(items) => html`
      <${Table} caption="Searches" heads=${["Searched", "When", ["Pages that link", "number"], "What it held"]} rows=${items.map((one) => ({ key: one.id, cells: [
        html`<span class="wrap">${one.file_name ?? one.source_words}</span>`, html`<${Moment} at=${one.created_at} />`, count(one.found),
        html`<ul class="plain">${one.notes.map((note) => html`<li>${note}</li>`)}</ul>`] }))} />`}<//></section>`;
}

function Pages({ siteId, turn }) {
  const [state, setState] = useState("linked");
  return html`<section class="card"><h2>Pages that were looked at</h2>
    <p class="muted">A link that was seen is among <a href=${link(["sites", siteId, "links"])}>your links</a>. What a search found is never counted as growth: it may be years old.</p>
    <${Field} name="state" as="select" label="Which pages" value=${state} onChange=${(event) => setState(event.target.value)}>
      <option value="linked">Those that link to you</option><option value="unlinked">Those without a link today</option><option value="unseen">Those we couldn’t look at</option><//>
    <${Paged} what="pages" path=${`/v1/sites/${siteId}/discoveries/pages`} params=${{ state }} size=${20} turn=${turn}
      empty=${html`<p>No such page.</p>`}>${(items) => html`
      <${Table} caption="Pages that were looked at" heads=${["Page", "What we saw", "How we heard of it", ["Readers it sent", "number"], "Looked at"]} rows=${items.map((one) => ({ key: one.url, cells: [
        html`<${External} href=${one.url}>${shortUrl(one.url)}<//>`, one.state_words, one.heard_by_words, one.hits > 0 ? count(one.hits) : "–", html`<${Moment} at=${one.looked_at} />`] }))} />`}<//></section>`;
}

const days = ({ first_seen_at, last_seen_at }) => [...new Set([day(first_seen_at), day(last_seen_at)])].filter(Boolean).join(" to ") || "–";

function Referrers({ siteId, turn }) {
  return html`<section class="card"><h2>They send readers, the page is unknown</h2>
    <p class="muted">Most browsers tell only the domain. These are no backlinks until a page was seen to link.</p>
    <${Paged} what="domains" path=${`/v1/sites/${siteId}/discoveries/referrers`} size=${20} turn=${turn}
      empty=${html`<p>None: search a log of your web server to see who sends readers.</p>`}>${(items) => html`
      <${Table} caption="Domains that send readers from unknown pages" heads=${["Domain", ["Readers", "number"], "When", "Your page"]} rows=${items.map((one) => ({ key: one.domain, cells: [
        html`<${External} href=${`https://${one.domain}/`}>${hostName(one.domain)}<//>`, count(one.hits), days(one), html`<span class="wrap">${shortUrl(one.target_url)}</span>`] }))} />`}<//></section>`;
}

function AskForLink({ siteId, one }) {
  const act = useAct();
  const ask = () => act.run(async () => {
    const taken = await post(`/v1/sites/${siteId}/prospects`, { text: one.url, source: "mention", source_note: one.sentence.slice(0, MENTION_NOTE) });
    if (taken.rejected > 0) throw new Error(taken.results[0].error.detail);
    return taken.known > 0 ? "It is a prospect already." : "It is a prospect now.";
  });
  return html`<button type="button" disabled=${act.busy || act.said} onClick=${ask}>Ask for a link</button><${Outcome} act=${act} />`;
}

function Mentions({ siteId, turn }) {
  return html`<section class="card"><h2>They name you without a link</h2>
    <${Paged} what="mentions" path=${`/v1/sites/${siteId}/discoveries/mentions`} size=${20} turn=${turn}
      empty=${html`<p>None was seen yet. They come from searched archives and from pages that were looked at; brands are set under <a href=${link(["sites", siteId, "start"])}>Set up</a>.</p>`}>${(items) => html`
      <${Table} caption="Pages that name you without a link" heads=${["Page", "What it says", "Looked at", "Actions"]} rows=${items.map((one) => ({ key: one.url, cells: [
        html`<${External} href=${one.url}>${one.title || shortUrl(one.url)}<//>`, html`<q>${one.sentence}</q>`, html`<${Moment} at=${one.seen_at} />`,
        canEdit(siteId) && html`<${AskForLink} siteId=${siteId} one=${one} />`] }))} />`}<//></section>`;
}

export function Discover({ siteId }) {
  const [mine, setMine] = useState([]);
  const [turn, setTurn] = useState(0);
  const running = useLoad(() => get("/v1/jobs", { site_id: siteId, state: "queued,running", limit: 20 }), [siteId]);
  const started = (job) => { setMine([job, ...mine]); setTurn((before) => before + 1); };
  const older = (running.value?.items ?? []).filter((job) => job.kind === "discovery" && !mine.some((one) => one.id === job.id));
  const news = turn * 1000 + live.value.turn;
  return html`<h1>Discover links</h1>
    <p class="muted">Links that no tool told you of. Every page is looked at before it counts.</p>
    <${ReadOnly} siteId=${siteId} />
    ${canEdit(siteId) && html`<${Upload} siteId=${siteId} started=${started} /><${Around} siteId=${siteId} started=${started} />`}
    ${running.problem && html`<${Trouble} problem=${running.problem} />`}
    ${[...mine, ...older].map((one) => html`<${Job} key=${one.id} id=${one.id} what="Search" unit="steps" ended=${() => setTurn((before) => before + 1)}>${(job) => html`
      <p>${job.accepted > 0 ? `${many(job.accepted, "page")} that ${job.accepted === 1 ? "links" : "link"} to you.` : job.state === "done" ? "No page that links to you was found." : "The file is read, then pages are looked at."}</p>`}<//>`)}
    <${Pages} siteId=${siteId} turn=${news} /><${Referrers} siteId=${siteId} turn=${news} /><${Mentions} siteId=${siteId} turn=${news} />
    <${Searches} siteId=${siteId} turn=${news} />${canEdit(siteId) && html`<${Told} />`}`;
}

// Ways to a link on pages of others: searched for, shown with what was seen, accepted or dismissed.
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { count, External, html, many, Moment, shortUrl } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { Check, Field, Form } from "../pieces/form.js";
import { Job } from "../pieces/job.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { go, link } from "../route.js";
import { choices, live } from "../state.js";

const SORTS = [["-domains", "Most domains near your topic"], ["-relevance", "Nearest first"], ["-found", "Newest first"]];
const SOURCES = [["prospects", "Pages of your prospects"], ["competitors", "Pages that link to competitors"], ["mentions", "Pages that name you"]];

function Look({ name, look }) {
  return look && html`<li>${name}: <${Moment} at=${look.at} />. ${look.sentence}</li>`;
}

function Place({ page, siteId }) {
  const near = page.relevance === null ? page.relevance_sentence : `Relevance ${count(page.relevance)} of 100. ${page.relevance_sentence}`;
  return html`<li><div><${External} href=${page.page_url}>${page.title || shortUrl(page.page_url)}<//> <span class="muted small">${page.readable_domain}</span>
      ${!page.stands && html` <span class="tag">No longer</span>`}${page.outlink_state && page.outlink_state !== "dead" && html` <span class="tag warn">${page.outlink_words.label}</span>`}</div>
    ${page.anchor_text && html`<p class="context">${page.left_context} <mark>${page.anchor_text}</mark> ${page.right_context}</p>`}
    <p class="muted small">${near}${page.do_not_contact && ` Never write: ${page.do_not_contact}`} ${page.prospect_id && html`<a href=${link(["sites", siteId, "prospects"], { prospect: page.prospect_id })}>See the prospect</a>`}</p>
    ${page.last_look && html`<ul class="plain small muted"><${Look} name="First look" look=${page.first_look} /><${Look} name="Last look" look=${page.last_look} /></ul>`}</li>`;
}

function Fitting({ item }) {
  if (item.target_url) return html`<p>You offer <${External} href=${item.target_url}>${shortUrl(item.target_url)}<//>${item.offer && `, ${item.offer}`}.</p>`;
  if (!item.match) return html`<p class="muted">Which page of yours fits is not known at this moment.</p>`;
  const [best] = item.match.candidates;
  if (best) return html`<p>Yours that fits: <${External} href=${best.url}>${best.title || shortUrl(best.url)}<//> <span class="muted small">${item.match.sentence}</span></p>`;
  return html`<p>${item.match.sentence} ${item.idea && html`<span class="muted">${item.idea}</span>`}</p>`;
}

function Said({ tried }) {
  const [one] = tried.results;
  return html`<p>${many(one.prospects_added, "new prospect")}${one.prospects_known > 0 ? `, ${count(one.prospects_known)} known already` : ""}. ${one.sentence}</p>
    ${one.left_out.length > 0 && html`<p>Left out:</p><ul>${one.left_out.map((text) => html`<li class="wrap">${text}</li>`)}</ul>`}`;
}

function Decide({ item, siteId, changed }) {
  const [target, setTarget] = useState(item.target_url ?? item.match?.candidates[0]?.url ?? "");
  const [offer, setOffer] = useState(item.offer ?? "");
  const [reason, setReason] = useState("");
  const [all, setAll] = useState(false);
  const act = useAct();
  const path = `/v1/sites/${siteId}/opportunities/decisions`;
  const ids = { opportunity_ids: [item.opportunity_id] };
  const wish = () => ({ ...ids, decision: "accept", only_relevant: !all, ...(target.trim() && { target_url: target.trim() }), ...(offer.trim() && { offer: offer.trim() }) });
  const send = (body) => act.run(async () => { await post(path, body); changed(); });
  if (item.state === "dismissed") return html`<div class="row answers"><button type="button" onClick=${() => send({ ...ids, decision: "reopen" })}>Open it again</button></div><${Outcome} act=${act} />`;
  const isMention = item.kind === "unlinked_mention";
  return html`<details><summary>${item.state === "accepted" ? "Change it" : "Decide"}</summary><div class="stack">
    <div class="halves"><${Field} name="target" label="Your page" value=${target} onInput=${(event) => setTarget(event.target.value)} hint="Empty: the one that fits best." />
      ${!isMention && html`<${Field} name="offer" label="What it is, in a few words" value=${offer} maxlength="200" onInput=${(event) => setOffer(event.target.value)} hint="For letters: “we have … at”." />`}</div>
    ${!isMention && html`<${Check} name="all" label="Also domains that are not known to be near your topic" checked=${all} onChange=${(event) => setAll(event.target.checked)} />`}
    <div class="row"><${Confirm} label="Accept" className="main" title="Make prospects of it?" yes="Accept it" impact=${async () => html`<${Said} tried=${await post(`${path}?dry_run=true`, wish())} />`} act=${async () => { await post(path, wish()); changed(); }} /></div>
    <div class="row controls"><${Field} name="reason" label="Why not" value=${reason} maxlength="500" onInput=${(event) => setReason(event.target.value)} />
      <button type="button" disabled=${act.busy || !reason.trim()} onClick=${() => send({ ...ids, decision: "dismiss", reason })}>Dismiss</button></div></div></details><${Outcome} act=${act} />`;
}

function Pages({ item, siteId }) {
  const [open, setOpen] = useState(false);
  const whole = useLoad(async () => (open ? get(`/v1/sites/${siteId}/opportunities/${item.opportunity_id}`) : item), [open, item.updated_at]);
  return html`<${Loading} what="the pages" state=${whole}>${(shown) => html`<ul class="plain stack">${shown.top_pages.map((page) => html`<${Place} key=${page.page_key} page=${page} siteId=${siteId} />`)}</ul>
    ${!open && item.pages > item.top_pages.length && html`<p><button type="button" class="quiet" onClick=${() => setOpen(true)}>Show all ${many(item.pages, "page")}</button></p>`}`}<//>`;
}

function Item({ item, siteId, changed }) {
  const name = item.title && item.kind !== "broken_link" ? item.title : shortUrl(item.subject_url);
  return html`<article class="card item" aria-label=${name}>
    <div class="row between"><h2 class="wrap"><${External} href=${item.subject_url}>${name}<//></h2><span class="row"><span class="tag">${item.words.label}</span>${item.state !== "open" && html`<span class="tag">${item.state_words.label}</span>`}</span></div>
    <p>${item.sentence}${item.reasons.length > 0 && ` ${item.reasons.join(" ")}`}</p>
    ${item.quote && html`<p class="context"><q>${item.quote}</q></p>`}
    <${Fitting} item=${item} /><${Pages} item=${item} siteId=${siteId} />
    ${item.because && html`<p class="muted small">${item.decided_by}: ${item.because}</p>`}
    ${item.state === "accepted" && html`<p class="muted small">Write to them by a <a href=${link(["sites", siteId, "sequences"])}>sequence</a>; the letter names what stands here.</p>`}
    ${canEdit(siteId) && item.state !== "over" && html`<${Decide} key=${item.updated_at} item=${item} siteId=${siteId} changed=${changed} />`}</article>`;
}

function Search({ siteId, started }) {
  const send = async (form, element) => {
    const pages = form.get("pages").split("\n").map((line) => line.trim()).filter(Boolean);
    started(await post(`/v1/sites/${siteId}/opportunities/searches`, { pages, sources: form.getAll("sources") }));
    element.reset();
  };
  return html`<section class="card"><h2>Search pages of others</h2>
    <p class="muted">Each page is read politely, then each address that it links to is asked once. What looks dead is looked at again an hour later; only then does it stand here.</p>
    <${Form} label="Search" send=${send}><fieldset class="stack"><legend>Known pages</legend>${SOURCES.map(([code, text]) => html`<${Check} key=${code} name="sources" value=${code} label=${text} />`)}</fieldset>
      <${Field} name="pages" label="Pages, one a line" as="textarea" rows="3" hint="At most 500 pages in one search." /><//></section>`;
}

function Running({ siteId, mine, ended }) {
  const running = useLoad(() => get("/v1/jobs", { site_id: siteId, state: "queued,running", limit: 20 }), [siteId]);
  const older = (running.value?.items ?? []).filter((job) => job.kind === "opportunities" && !mine.some((one) => one.id === job.id));
  return [...mine, ...older].map((one) => html`<${Job} key=${one.id} id=${one.id} what="Search of pages" unit="looks" ended=${ended}>${(job) => html`
    <p>${job.accepted > 0 ? `${many(job.accepted, "address", "addresses")} ${job.accepted === 1 ? "looks" : "look"} dead, and ${job.accepted === 1 ? "is" : "are"} looked at again in an hour at least.` : job.state === "done" ? "No address looked dead for the first time." : ""}
      ${job.rejected > 0 && ` ${many(job.rejected, "page")} could not be read.`}</p>`}<//>`);
}

export function Opportunities({ siteId, filters }) {
  const { kind = "", state = "open", sort = "-domains" } = filters;
  const [turn, setTurn] = useState(0);
  const [mine, setMine] = useState([]);
  const changed = () => setTurn((before) => before + 1);
  const set = (some) => go(["sites", siteId, "opportunities"], { ...filters, ...some });
  return html`<h1>Opportunities</h1><p class="muted">Reasons to write to somebody: links on their pages that lead nowhere, pages that name you without a link, pages that collect links on your subject.</p><${ReadOnly} siteId=${siteId} />
    ${canEdit(siteId) && html`<${Search} siteId=${siteId} started=${(job) => setMine([job, ...mine])} />`}<${Running} siteId=${siteId} mine=${mine} ended=${changed} />
    <div class="row controls"><${Choice} label="Kind" value=${kind} empty="All" options=${choices("opportunity_kind")} change=${(value) => set({ kind: value })} />
      <${Choice} label="State" value=${state} options=${choices("opportunity_state")} change=${(value) => set({ state: value })} />
      <${Choice} label="Order" value=${sort} options=${SORTS} change=${(value) => set({ sort: value })} /></div>
    <${Paged} what="opportunities" path=${`/v1/sites/${siteId}/opportunities`} params=${{ kind, state, sort, include: "count" }} size=${20} turn=${`${turn} ${live.value.turn}`}
      empty=${html`<p>None is like that. Search pages of others first; a dead link stands here after its second look.</p>`}>${(items, page) => html`
      <p class="muted">${many(page.count, "opportunity", "opportunities")}.${page.degraded.length > 0 && " Which of your pages fit is not known at this moment."}</p>
      ${items.map((item) => html`<${Item} key=${item.opportunity_id} item=${item} siteId=${siteId} changed=${changed} />`)}`}<//>`;
}

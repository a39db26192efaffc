// The links of a site: filters in the address, a page at a time, and actions on all that match.
import { useState } from "preact/hooks";
import { get, patch, post, query } from "../api.js";
import { count, day, External, html, Moment, shortUrl } from "../html.js";
import { Loading, Trouble, useLoad } from "../load.js";
import { canEdit } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";
import { Views } from "../pieces/views.js";
import { go, link } from "../route.js";
import { choices, live, word } from "../state.js";
import { KeepWithAll, Tags } from "./kept.js";
import { State } from "./state_of_link.js";

const SORTS = [["-changed_at", "Changed last"], ["-first_seen_at", "Found last"], ["-last_checked_at", "Looked at last"],
  ["referring_domain", "Referring domain"], ["-value", "Value"], ["-lost_at", "Gone last"]];
const QUICK = [["Everything", {}], ["Gone", { status: "lost" }], ["Changed", { status: "changed" }], ["Couldn't look", { status: "unknown" }],
  ["Not followed", { status: "live,changed", followed: "false" }], ["Worth a look", { toxicity_min: "40" }]];

function Select({ name, label, value, options, empty, change }) {
  return html`<label>${label}
    <select value=${value ?? ""} onChange=${(event) => change(name, event.target.value)}>
      <option value="">${empty}</option>
      ${value?.includes(",") && html`<option value=${value} selected>Several</option>`}
      ${options.map(([code, text]) => html`<option value=${code} selected=${code === value}>${text}</option>`)}
    </select></label>`;
}

function Filters({ siteId, filters }) {
  const change = (name, value) => go(["sites", siteId, "links"], { ...filters, [name]: value, cursor: "" });
  const search = (event) => { event.preventDefault(); change("q", new FormData(event.target).get("q").trim()); };
  return html`<ul class="chips" aria-label="Common views">${QUICK.map(([label, chosen]) => html`
      <li><a href=${link(["sites", siteId, "links"], chosen)}>${label}</a></li>`)}</ul>
    <form class="row" role="search" onSubmit=${search}>
      <label>Page, anchor or target contains <input name="q" type="search" defaultValue=${filters.q ?? ""} /></label>
      <${Select} name="status" label="State" value=${filters.status} options=${choices("status")} empty="Any" change=${change} />
      <${Select} name="anchor_kind" label="Anchor" value=${filters.anchor_kind} options=${choices("anchor_kind")} empty="Any" change=${change} />
      <${Select} name="position" label="Place on the page" value=${filters.position} options=${choices("position")} empty="Any" change=${change} />
      <${Select} name="followed" label="Followed" value=${filters.followed} options=${[["true", "Yes"], ["false", "No"]]} empty="Either" change=${change} />
      <${Select} name="sort" label="Order" value=${filters.sort} options=${SORTS} empty="Newest first" change=${change} />
      <button>Search</button>
    </form>`;
}

// Filters that the form above has no field for: they come with a link from another screen, and are named here.
const ELSEWHERE = { tag: "Tag", owner: "Work of", referring_domain: "Domain", target_url: "Target", anchor: "Anchor", ip: "Address", ip_block: "Block of addresses",
  counts: "Counts for SEO", gained_from: "Gained since", lost_from: "Gone since", changed_from: "Changed since", first_seen_from: "Found since",
  toxicity_min: "Toxicity from", toxicity_band: "Found", toxicity_action: "To do" };
const CODES = { toxicity_band: "band", toxicity_action: "action" };

function shown(name, value) {
  if (name.endsWith("_from")) return day(value);
  if (CODES[name]) return value.split(",").map((code) => word(CODES[name], code)).join(", ");
  return { true: "yes", false: "no" }[value] ?? value;
}

function Elsewhere({ siteId, filters }) {
  const named = Object.entries(ELSEWHERE).filter(([name]) => filters[name]);
  if (named.length === 0) return null;
  return html`<ul class="chips" aria-label="Only those with">${named.map(([name, label]) => html`
    <li key=${name}><a href=${link(["sites", siteId, "links"], { ...filters, [name]: "", cursor: "" })} aria-label=${`${label}: ${shown(name, filters[name])}. Show others, too`}>${label}: ${shown(name, filters[name])} ×</a></li>`)}</ul>`;
}

// For these the label alone does not say what happened.
const TOLD = new Set(["unknown", "changed", "lost"]);

function anchor(item) {
  if (item.anchor_text) return item.anchor_text;
  return html`<span class="muted">${item.anchor_text === "" ? "no text" : "not seen yet"}</span>`;
}

export function effect(item) {
  if (item.counts) return "Counts for SEO";
  if (item.followed === null) return html`<span class="muted">Not seen yet</span>`;
  return html`<span class="muted">${item.followed ? "Does not count now" : "Not followed"}</span>`;
}

function cells(item) {
  return [html`<a class="wrap" href=${link(["links", item.id])}>${shortUrl(item.referring_url)}</a> <${Tags} item=${item} />`,
    html`<${State} item=${item} />${TOLD.has(item.status) || item.confirming_since ? html`<br /><span class="muted small">${item.words.sentence}</span>` : ""}`,
    html`<span class="anchor">${anchor(item)}</span><br /><span class="muted small">${word("anchor_kind", item.anchor_kind)}</span>`,
    item.target_url ? html`<${External} href=${item.target_url}>${shortUrl(item.target_url)}<//>` : html`<span class="muted">Not known yet</span>`,
    effect(item), item.toxicity?.sentence ?? html`<span class="muted">–</span>`, html`<${Moment} at=${item.last_checked_at} />`];
}

const HEADS = ["Page that links", "State", "Anchor", "Target", "Effect", "Toxicity", "Last look"];

function Bulk({ siteId, filters, total, again }) {
  const [said, setSaid] = useState();
  const [problem, setProblem] = useState();
  const { cursor, sort, limit, ...kept } = filters;
  const act = (work) => async () => {
    setProblem(undefined);
    try { setSaid(await work()); again(); } catch (trouble) { setProblem(trouble); }
  };
  const check = act(async () => {
    const answer = await post(`/v1/sites/${siteId}/checks${query(kept)}`, {});
    return `${count(answer.requested)} links will be looked at now, politely, host by host.`;
  });
  const acknowledge = act(async () => {
    const path = `/v1/sites/${siteId}/links`;
    const trial = await patch(path + query({ ...kept, dry_run: true }), { acknowledge: true });
    if (!confirm(`Take over the present state of ${trial.matched} links as agreed? Their history stays.`)) return "Nothing was changed.";
    const answer = await patch(path + query(kept), { acknowledge: true });
    return `${count(answer.changed)} links taken over.`;
  });
  return html`<div class="row between">
    <p class="muted" role="status">${total === undefined ? "" : `${count(total)} links match.`} ${said ?? ""}</p>
    ${canEdit(siteId) && html`<div class="row"><button type="button" onClick=${check}>Look at these now</button>
      <button type="button" onClick=${acknowledge}>Take over changes</button></div>`}
    ${problem && html`<${Trouble} problem=${problem} />`}
  </div>
  ${canEdit(siteId) && total > 0 && html`<${KeepWithAll} path=${(more) => `/v1/sites/${siteId}/links${query({ ...kept, ...more })}`} again=${again} />`}`;
}

export function Links({ siteId, filters }) {
  const parameters = { limit: 100, include: "count", ...filters };
  const state = useLoad(() => get(`/v1/sites/${siteId}/links`, parameters), [siteId, JSON.stringify(filters)], live.value.turn);
  return html`<h1>Links</h1>
    <${Filters} siteId=${siteId} filters=${filters} />
    <${Elsewhere} siteId=${siteId} filters=${filters} />
    <${Views} siteId=${siteId} filters=${filters} />
    <${Bulk} siteId=${siteId} filters=${filters} total=${state.value?.count} again=${state.again} />
    <${Loading} what="links" state=${state}>${(answer) => answer.items.length === 0
      ? html`<p class="notice">No link matches. <a href=${link(["sites", siteId, "links"])}>Show everything</a> or <a href=${link(["sites", siteId, "imports"])}>import a file</a>.</p>`
      : html`<div class="card"><${Table} caption="Links that match the filters" heads=${HEADS} rows=${answer.items.map((item) => ({ key: item.id, cells: cells(item) }))} />
        ${answer.has_more && html`<p><a class="button" href=${link(["sites", siteId, "links"], { ...filters, cursor: answer.next_cursor })}>Next page</a></p>`}
        </div>`}<//>`;
}

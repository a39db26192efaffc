// Prospects: domains that may link to the site, looked through and moved on; each has a page of its own.
import { useState } from "preact/hooks";
import { get, patch, post } from "../api.js";
import { count, html, many, shortUrl } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";
import { isToBeRead, useWaiting } from "../pieces/waiting.js";
import { go, link } from "../route.js";
import { choices, live, word } from "../state.js";
import { OneProspect } from "./prospect.js";
import { Sources } from "./prospects_sources.js";

const SORTS = [["-created", "Newest first"], ["-relevance", "Most relevant first"], ["-quality", "Best quality first"], ["domain", "By name"]];
const score = (value) => (value === null ? html`<span class="muted">not known</span>` : count(value));

function Stages({ siteId, filters, turn }) {
  const state = useLoad(() => get(`/v1/sites/${siteId}/prospects/stages`), [siteId], turn);
  return html`<${Loading} what="stages" state=${state}>${({ stages }) => html`<ul class="figures">${Object.entries(stages).filter(([, number]) => number > 0).map(([stage, number]) => html`
    <li><a href=${link(["sites", siteId, "prospects"], { ...filters, stage })}><b>${count(number)}</b>${word("prospect_stage", stage)}</a></li>`)}</ul>`}<//>`;
}

function standing(one) {
  const said = [
    one.do_not_contact && `Never write: ${one.do_not_contact}`,
    one.placement && `Placement: ${one.placement.words.label}.`,
    one.slot && `In the plan: ${shortUrl(one.slot.target_url)}.`,
    one.links_to_you > 0 && `It has ${many(one.links_to_you, "link")} to you already.`,
    one.snoozed_until && new Date(one.snoozed_until) > new Date() && "Put off.",
    one.owner && `With ${one.owner}.`,
  ].filter(Boolean);
  return html`<span class="tag">${one.words.label}</span>${said.map((text) => html` <span class="muted small">${text}</span>`)}`;
}

// What is chosen on this page is moved together, after a look at what that would do.
function Move({ siteId, chosen, changed }) {
  const [stage, setStage] = useState("qualified");
  const path = `/v1/sites/${siteId}/prospects`;
  const body = { prospect_ids: chosen, stage };
  return html`<div class="row controls"><${Choice} label="Move the chosen ones to" value=${stage} options=${choices("prospect_stage")} change=${setStage} />
    <${Confirm} label=${`Move ${many(chosen.length, "prospect")}`} disabled=${chosen.length === 0} title=${`Move them to “${word("prospect_stage", stage)}”?`} yes="Move them"
      impact=${async () => { const tried = await patch(`${path}?dry_run=true`, body); return html`<p>${many(tried.moved, "prospect")} of ${count(tried.matched)} would come to another stage. What happened before stays to be read.</p>`; }}
      act=${async () => { await patch(path, body); changed(); }} /></div>`;
}

// The chosen ones may be a part of a campaign before any sequence writes to them.
function Into({ siteId, chosen, changed }) {
  const [id, setId] = useState("");
  const state = useLoad(() => get("/v1/campaigns", { site_id: siteId, state: "active,paused", limit: 100 }), [siteId]);
  return html`<${Loading} what="campaigns" state=${state}>${({ items }) => items.length > 0 && html`<div class="row controls"><${Choice} label="Put the chosen ones into the campaign" value=${id} empty="Choose one" options=${items.map((one) => [one.campaign_id, one.name])} change=${setId} />
    <${Confirm} label="Put them in" disabled=${chosen.length === 0 || !id} title="Put them into the campaign?" yes="Put them in" impact=${async () => html`<p>${many(chosen.length, "prospect")} would count as found by it. Nobody is written to by this.</p>`}
      act=${async () => { await post(`/v1/campaigns/${id}/prospects`, { prospect_ids: chosen }); changed(); }} /></div>`}<//>`;
}

function List({ siteId, items, changed }) {
  const [chosen, setChosen] = useState([]);
  const toggle = (id) => setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const done = () => { setChosen([]); changed(); };
  const edits = canEdit(siteId);
  useWaiting(items.some(isToBeRead), changed);
  return html`<${Table} caption="Prospects" heads=${["Domain", "Stage", ["Relevance", "number"], ["Quality", "number"], ["Contacts", "number"], "From"]} rows=${items.map((one) => ({ key: one.prospect_id, cells: [
    html`<span class="row">${edits && html`<input type="checkbox" aria-label=${`Choose ${hostName(one.domain)}`} checked=${chosen.includes(one.prospect_id)} onChange=${() => toggle(one.prospect_id)} /> `}<a class="wrap" href=${link(["sites", siteId, "prospects"], { prospect: one.prospect_id })}>${hostName(one.domain)}</a></span>`,
    standing(one), score(one.relevance), score(one.quality), count(one.contacts), html`${one.source_label}${one.source_note && html` <span class="muted small wrap">${one.source_note}</span>`}`] }))} />
    ${edits && html`<${Move} siteId=${siteId} chosen=${chosen} changed=${done} /><${Into} siteId=${siteId} chosen=${chosen} changed=${done} />`}`;
}

function Filters({ siteId, filters }) {
  const { stage = "", source = "", sort = "-created", q = "" } = filters;
  const set = (some) => go(["sites", siteId, "prospects"], { ...filters, ...some });
  const search = (event) => { event.preventDefault(); set({ q: new FormData(event.currentTarget).get("q").trim() }); };
  return html`<div class="row controls"><${Choice} label="Stage" value=${stage} empty="All" options=${choices("prospect_stage")} change=${(value) => set({ stage: value })} />
    <${Choice} label="From" value=${source} empty="Anywhere" options=${choices("prospect_source")} change=${(value) => set({ source: value })} />
    <${Choice} label="Order" value=${sort} options=${SORTS} change=${(value) => set({ sort: value })} />
    <form class="row" role="search" onSubmit=${search}><div class="field"><label for="prospect-q">Part of the domain</label><input id="prospect-q" name="q" value=${q} /></div><button>Find</button></form></div>`;
}

export function Prospects({ siteId, filters }) {
  const { stage, source, sort = "-created", q, prospect } = filters;
  const [turn, setTurn] = useState(0);
  const changed = () => setTurn((before) => before + 1);
  const news = `${turn} ${live.value.turn}`;
  if (prospect) return html`<${OneProspect} key=${prospect} siteId=${siteId} prospectId=${prospect} />`;
  return html`<h1>Prospects</h1>
    <p class="muted">Domains that may link to you. Each is read once: what it is about, what speaks against it, whom to write to. Decide which you want, then write to them by a sequence.</p><${ReadOnly} siteId=${siteId} />
    <${Stages} siteId=${siteId} filters=${filters} turn=${news} /><${Filters} siteId=${siteId} filters=${filters} />
    <${Paged} what="prospects" path=${`/v1/sites/${siteId}/prospects`} params=${{ stage, source, sort, q, include: "count" }} size=${50} turn=${news}
      empty=${stage || source || q ? html`<p>None is like that.</p>` : html`<p>There are none yet. Paste domains below, or take them from your competitors' links or from links that you lost.</p>`}>${(items, page) => html`
      <p class="muted">${many(page.count, "prospect")}.${page.degraded.length > 0 && " Whether they link to you already is not known at this moment."}</p>
      <${List} siteId=${siteId} items=${items} changed=${changed} />`}<//>
    ${canEdit(siteId) && html`<${Sources} siteId=${siteId} done=${changed} />`}`;
}

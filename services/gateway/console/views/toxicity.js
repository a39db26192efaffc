// Toxicity at a glance: junk that is ignored and what is worth action, apart; and one sentence for each domain.
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { Chart } from "../chart.js";
import { count, html } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { Confirm } from "../pieces/confirm.js";
import { Job } from "../pieces/job.js";
import { canEdit } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";
import { link } from "../route.js";
import { live, word } from "../state.js";

const LINES = [{ label: "Worth action", colour: "--bad", bars: true, value: (row) => row.density.worth_action.links }];
const percent = (share) => (share === null || share === undefined ? "" : ` (${(share * 100).toFixed(1)} %)`);

function Density({ figure, hint }) {
  return html`<li class="card"><b class="figure">${count(figure.links)}</b>${figure.label}${percent(figure.share)}<br /><span class="muted small">${hint}</span></li>`;
}

function Summary({ siteId, sum }) {
  const months = sum.by_month.map((one) => ({ ...one, at: one.month.length === 7 ? `${one.month}-01` : one.month }));
  return html`${sum.attack ? html`<div class="trouble"><p>${sum.sentence}</p><p><a href=${link(["sites", siteId, "attacks"])}>See the evidence</a></p></div>` : html`<p>${sum.sentence}</p>`}
    <ul class="cards">${sum.density.ignored_junk && html`<${Density} figure=${sum.density.ignored_junk} hint="Nothing to do: search engines leave it out." />`}<${Density} figure=${sum.density.worth_action} hint="Only this is charted, and goes to clients." />
      <li><a class="card" href=${link(["sites", siteId, "reviews"])}><b class="figure">${count(sum.waiting_for_decision)}</b>wait for a decision<br /><span class="muted small">Open the review</span></a></li>
      <li class="card"><b class="figure">${count(sum.judged)}</b>links judged<br /><span class="muted small">The others were not read yet.</span></li></ul>
    <div class="halves"><section class="card"><h2>By what was found</h2><${Table} caption="Links by band" heads=${["Band", ["Links", "number"]]} rows=${Object.entries(sum.bands).map(([band, links]) => ({ key: band, cells: [word("band", band), html`<a href=${link(["sites", siteId, "links"], { toxicity_band: band })}>${count(links)}</a>`] }))} /></section>
      <section class="card"><h2>By what to do</h2><${Table} caption="Links by action" heads=${["Action", ["Links", "number"]]} rows=${Object.entries(sum.actions).map(([action, links]) => ({ key: action, cells: [word("action", action), html`<a href=${link(["sites", siteId, "links"], { toxicity_action: action })}>${count(links)}</a>`] }))} /></section></div>
    ${months.length > 1 && html`<section class="card"><h2>By month</h2><${Chart} title="Links worth action, by the month in which they came" rows=${months} lines=${LINES} /></section>`}`;
}

function Rescore({ siteId, ended }) {
  const [job, setJob] = useState();
  const impact = async () => {
    const told = await post(`/v1/sites/${siteId}/toxicity/rescores?dry_run=true`, {});
    return html`<p>${count(told.looked)} judged links were looked at: ${count(told.changed)} would change, ${count(told.crossed)} of them into another band.</p>
      ${told.moves.length > 0 && html`<ul>${told.moves.map((one) => html`<li>${count(one.links)} from “${word("band", one.from_band)}” to “${word("band", one.to_band)}”</li>`)}</ul>`}<p class="muted">Decisions of people stay as they are.</p>`;
  };
  const go = async () => { setJob((await post(`/v1/sites/${siteId}/toxicity/rescores`, {})).id); };
  return html`<section class="card"><h2>Judge all links anew</h2><p class="muted">After an update of the model, or of your lists. What would change is shown first.</p>
    <${Confirm} label="Show what would change" title="Judge all links anew?" yes="Judge them anew" impact=${impact} act=${go} />
    ${job && html`<${Job} key=${job} id=${job} what="Judging anew" unit="links" ended=${ended} />`}</section>`;
}

// What the kinds of evidence mean where nothing is asked of anybody.
const AGAINST = { none: "Too little against it to matter", look_again: "Known against it so far" };

function Domains({ siteId, turn }) {
  return html`<section class="card"><h2>Each domain in one sentence</h2>
    <${Paged} what="domains" path=${`/v1/sites/${siteId}/toxicity/domains`} size=${50} turn=${turn} empty=${html`<p>No domain was judged yet. Links are judged as soon as their pages were read.</p>`}>${(items) => html`
      <${Table} caption="Referring domains" heads=${["Domain", "In one sentence", "What to do", ["Links", "number"], ["Live", "number"], "Decision"]} rows=${items.map((one) => ({ key: one.domain, cells: [
        html`<a class="wrap" href=${link(["sites", siteId, "links"], { referring_domain: one.domain })}>${hostName(one.domain)}</a>`, html`${one.sentence}${one.families.length > 0 ? html`<br /><span class="muted small">${AGAINST[one.action] ?? "Speaks against it"}: ${one.families.map((family) => word("family", family)).join(", ")}</span>` : ""}`,
        one.action_words.label, count(one.links), count(one.live), html`${one.decision ? word("decision", one.decision) : html`<span class="muted">none</span>`}${one.in_file ? html` <span class="tag">in the file</span>` : ""}`] }))} />`}<//></section>`;
}

export function Toxicity({ siteId }) {
  const [turn, setTurn] = useState(0);
  const state = useLoad(() => get(`/v1/sites/${siteId}/toxicity`), [siteId], turn * 1000 + live.value.turn);
  return html`<h1>Toxicity</h1><p class="muted">Evidence instead of fear: most strange links are junk that Google ignores. Missing data never speaks against a link.</p>
    <${Loading} what="the summary" state=${state}>${(sum) => html`<${Summary} siteId=${siteId} sum=${sum} />`}<//>
    <${Domains} siteId=${siteId} turn=${turn} />
    ${canEdit(siteId) && html`<${Rescore} siteId=${siteId} ended=${() => setTurn(turn + 1)} />`}`;
}

// The plan for new links: how many a month beside what came of it, what they say, and the slots still open.
import { useState } from "preact/hooks";
import { get } from "../api.js";
import { day, html, many, shortUrl } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { Choice } from "../pieces/choice.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";
import { link } from "../route.js";
import { live } from "../state.js";
import { Bars } from "./overview.js";
import { Months } from "./plan_months.js";
import { Solve } from "./plan_solve.js";
import { AssignAll } from "./plan_assign.js";
import { Suggest, WriteBrief } from "./plan_slots.js";

const WHEN = [["now", "Now"], ["after", "When all of it is there"]];

function Anchors({ plan, siteId }) {
  const [when, setWhen] = useState("after");
  const rows = plan.anchors.map((one) => ({ label: one.label, low: one.low, high: one.high, share: when === "now" ? one.now_share : one.after_share }));
  return html`<section class="card"><h2>What the links say</h2>
    <div class="row controls"><${Choice} label="Show" value=${when} options=${WHEN} change=${setWhen} /></div><${Bars} rows=${rows} />
    <p class="muted small">Figures of ${day(plan.facts_as_of)}. <a href=${link(["sites", siteId, "anchors"])}>See the anchors that stand</a></p>
    ${plan.changes.length > 0 && html`<h3>Better changed than waited for</h3><ul class="plain">${plan.changes.map((one) => html`<li class="wrap">“${one.anchor_text}” on ${hostName(one.referring_domain)}, to: ${one.label}</li>`)}</ul>`}</section>`;
}

function Slots({ plan, siteId, changed }) {
  if (plan.open_slots.length === 0) return html`<section class="card"><h2>Open slots</h2><p class="muted">Every slot is filled. Make the plan longer below.</p></section>`;
  return html`<section class="card"><h2>Open slots</h2><p class="muted">${plan.needs.sentence} A placement fills the earliest slot of its page and its kind of words by itself; prospects can have slots before anything is agreed.</p>
    <${Table} caption="Open slots" heads=${["Page", "Words", "How", "By", "Who", "Brief"]} rows=${plan.open_slots.map((one) => ({ key: one.slot_id, cells: [html`<span class="wrap">${shortUrl(one.target_url)}</span>`, one.label, one.method ?? "–", day(one.due_on),
      one.prospect_id ? html`<a class="wrap" href=${link(["sites", siteId, "prospects"], { prospect: one.prospect_id })}>${hostName(one.prospect_domain)}</a>` : "–",
      one.brief_id ? html`<a href=${link(["sites", siteId, "briefs"], { brief: one.brief_id })}>Read it</a>` : canEdit(siteId) ? html`<${WriteBrief} siteId=${siteId} slot=${one} />` : "–"] }))} />
    ${canEdit(siteId) && html`<${AssignAll} siteId=${siteId} changed=${changed} />`}
    <p><a href=${link(["sites", siteId, "briefs"])}>All briefs</a></p></section>`;
}

function Standing({ plan, siteId, changed }) {
  if (plan.version_no === null) return html`<p class="notice">${plan.sentences[0]}</p>`;
  return html`<section class="card"><h2>The months</h2><ul class="plain">${plan.sentences.map((one) => html`<li>${one}</li>`)}</ul>
      ${plan.degraded.length > 0 && html`<p class="notice">The newest figures could not be read; older ones are used.</p>`}
      <${Months} months=${plan.months} />
      <p class="muted small">${many(plan.version_no, "version")}; the last one by ${plan.made_by} on ${day(plan.made_at)}.</p></section>
    <${Slots} plan=${plan} siteId=${siteId} changed=${changed} /><${Anchors} plan=${plan} siteId=${siteId} /><${Suggest} siteId=${siteId} />`;
}

export function Plan({ siteId }) {
  const [turn, setTurn] = useState(0);
  const state = useLoad(() => get(`/v1/sites/${siteId}/plan`), [siteId], `${turn} ${live.value.turn}`);
  return html`<h1>Plan</h1><p class="muted">How many new links a month fit this site, what they should say, and what came of it. No slot that was given out is ever taken back by itself.</p><${ReadOnly} siteId=${siteId} />
    <${Loading} what="the plan" state=${state}>${(plan) => html`<${Standing} plan=${plan} siteId=${siteId} changed=${() => setTurn(turn + 1)} />
      ${canEdit(siteId) && html`<${Solve} siteId=${siteId} plan=${plan} done=${() => setTurn(turn + 1)} />`}`}<//>`;
}

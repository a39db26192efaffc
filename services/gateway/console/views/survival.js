// What links are worth, what each month took and gave back, and how long links live, by where they came from.
import { useState } from "preact/hooks";
import { get } from "../api.js";
import { Chart } from "../chart.js";
import { count, html, many } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Choice } from "../pieces/choice.js";
import { canSee } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";
import { live } from "../state.js";

const BY = [["vendor", "Vendor"], ["campaign", "Campaign"], ["method", "Method"]];
const LINES = [{ label: "Lost", colour: "--bad", bars: true, value: (row) => -row.lost_value }, { label: "Won back", colour: "--good", bars: true, value: (row) => row.recovered_value }];
const percent = (share) => `${Math.round(share * 100)} %`;

function alive(one, days) {
  const found = one.alive.find((each) => each.days === days);
  return !found || found.share === null ? html`<span class="muted">not watched so long</span>` : `${percent(found.share)} (${percent(found.low)} to ${percent(found.high)})`;
}

const cost = (one) => Object.entries(one.cost_per_link_month).map(([currency, price]) => new Intl.NumberFormat(undefined, { style: "currency", currency, currencyDisplay: "code" }).format(price)).join(", ") || "–";

function Worth({ siteId }) {
  const state = useLoad(() => get(`/v1/sites/${siteId}/value`), [siteId], live.value.turn);
  return html`<section class="card"><h2>What they are worth</h2><${Loading} what="the value" state=${state}>${(value) => html`
    <ul class="figures"><li><b>${value.value.toFixed(1)}</b>in ordinary followed links</li><li>of <b>${count(value.links)}</b>${value.links === 1 ? "link" : "links"} present</li></ul>
    <${Chart} title="Value by month" rows=${value.months.map((one) => ({ ...one, at: one.month.length === 7 ? `${one.month}-01` : one.month }))} lines=${LINES} />`}<//></section>`;
}

function Lives({ siteId }) {
  const [by, setBy] = useState("vendor");
  const state = useLoad(() => get(`/v1/sites/${siteId}/survival`, { by }), [siteId, by]);
  return html`<section class="card"><h2>How long links live</h2><div class="row controls"><${Choice} label="By" value=${by} options=${BY} change=${setBy} /></div>
    <${Loading} what="survival" state=${state}>${(value) => html`<p>${value.sentence}</p>${value.undated > 0 && html`<p class="muted small">${many(value.undated, "link")} of unknown age left out.</p>`}
      ${value.items.length > 0 && html`<${Table} caption="How long links live" heads=${["Group", ["Links", "number"], ["Lost", "number"], "Alive after 90 days", "After a year", "Cost of a living month"]}
        rows=${value.items.map((one) => ({ key: one.name, cells: [html`<span class="wrap">${one.name || "not said"}</span>${one.enough ? "" : html` <span class="tag">too few to judge</span>`}`, count(one.links), count(one.lost), alive(one, 90), alive(one, 365), cost(one)] }))} />`}`}<//></section>`;
}

export function Survival({ siteId }) {
  return html`<h1>Value and survival</h1><p class="muted">1 is an ordinary followed link in the text. Links that still live count for as long as they were watched.</p>
    <${Worth} siteId=${siteId} />${canSee(siteId) && html`<${Lives} siteId=${siteId} />`}`;
}

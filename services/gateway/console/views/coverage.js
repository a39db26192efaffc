// Coverage: what each source knows, what only it knows, what two share, and a careful guess at the rest.
import { useState } from "preact/hooks";
import { get } from "../api.js";
import { count, day, html } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Choice } from "../pieces/choice.js";
import { Table } from "../pieces/table.js";
import { link } from "../route.js";
import { live } from "../state.js";

const percent = (share) => `${Math.round(share * 100)} %`;

function Counts({ what, found }) {
  const label = Object.fromEntries(found.sources.map((one) => [one.source, one.label]));
  return html`<section class="card"><h2>Who knows which ${what}</h2><p>${found.sentence}</p>
    <ul class="figures"><li><b>${count(found.known)}</b>known in all</li>${found.estimate && html`<li>probably about <b>${count(found.estimate.total)}</b>there are (${count(found.estimate.low)} to ${count(found.estimate.high)})</li>`}</ul>
    <${Table} caption=${`What each source knows of ${what}`} heads=${["Source", ["Knows", "number"], ["Only it", "number"], ["Share", "number"]]}
      rows=${found.sources.map((one) => ({ key: one.source, cells: [one.label, count(one.known), count(one.only), found.known ? percent(one.known / found.known) : "–"] }))} />
    ${found.overlaps.length > 0 && html`<h3>What two of them share</h3><${Table} caption=${`What two sources share of ${what}`} heads=${["Two sources", ["Both know", "number"], ["Of the first", "number"], ["Of the second", "number"]]}
      rows=${found.overlaps.map((one) => ({ key: `${one.one} ${one.other}`, cells: [`${label[one.one] ?? one.one} and ${label[one.other] ?? one.other}`, count(one.both), percent(one.of_one), percent(one.of_other)] }))} />`}</section>`;
}

export function Coverage({ siteId }) {
  const [what, setWhat] = useState("domains");
  const state = useLoad(() => get(`/v1/sites/${siteId}/coverage`), [siteId], live.value.turn);
  return html`<h1>Coverage</h1>
    <p class="muted">No tool knows all links. Here is what yours know together.</p>
    <${Loading} what="the sources" state=${state}>${(found) => found.domains.sources.length === 0 && found.pages.sources.length === 0
      ? html`<div class="notice"><p>Nothing to compare yet: <a href=${link(["sites", siteId, "imports"])}>import the exports</a> of one or more tools.</p></div>`
      : html`<p>${found.new_links_known_until ? `New links can be known up to ${day(found.new_links_known_until)}.` : "None of your exports says up to when it knows links."}</p>
        ${found.freshness.filter((one) => one.reminder).map((one) => html`<p class="notice">${one.reminder} <a href=${link(["sites", siteId, "imports"])}>Import a newer one</a></p>`)}
        <div class="row controls"><${Choice} label="Compare" value=${what} options=${[["domains", "Referring domains"], ["pages", "Referring pages"]]} change=${setWhat} /></div>
        <${Counts} what=${what === "domains" ? "domains" : "pages"} found=${found[what]} />
        <section class="card"><h2>How new it is</h2><${Table} caption="How new each source is" heads=${["Source", "Knows links up to", "Imported"]} rows=${found.freshness.map((one) => ({ key: one.source, cells: [one.label, day(one.data_until) || "not said", day(one.imported_at)] }))} /></section>
        <details><summary>What the estimate takes for granted</summary><ul class="plain">${found.assumptions.map((one) => html`<li>${one}</li>`)}</ul></details>`}<//>`;
}

// Growth: what came and went per day, week or month, what was unlike before, and what lost links have in common.
import { useState } from "preact/hooks";
import { get } from "../api.js";
import { count, day, html } from "../html.js";
import { hostName } from "../names.js";
import { Chart } from "../chart.js";
import { Loading, useLoad } from "../load.js";
import { Choice } from "../pieces/choice.js";
import { Paged } from "../pieces/table.js";
import { link } from "../route.js";
import { live, word } from "../state.js";

const INTERVALS = [["day", "Days"], ["week", "Weeks"], ["month", "Months"]];
const UNITS = [["links", "Links"], ["domains", "Referring domains"]];
const SPANS = [["7", "7 days"], ["30", "30 days"], ["90", "90 days"]];

function lines(unit) {
  const back = { label: "Came back", colour: "--warn", bars: true, value: (row) => row.recovered_links, drawn: (row) => row.gained_links + row.recovered_links };
  return [...(unit === "links" ? [back] : []), { label: "Gained", colour: "--good", bars: true, value: (row) => row[`gained_${unit}`] },
    { label: "Gone", colour: "--bad", bars: true, value: (row) => -row[`lost_${unit}`] }, { label: "Net", colour: "--sea", value: (row) => row[`net_${unit}`] }];
}

const LINES = Object.fromEntries(UNITS.map(([unit]) => [unit, lines(unit)]));

function Velocity({ siteId }) {
  const [interval, setInterval] = useState("day");
  const [unit, setUnit] = useState("links");
  const state = useLoad(() => get(`/v1/sites/${siteId}/velocity`, { interval }), [siteId, interval], live.value.turn);
  return html`<section class="card"><h2>Gained and gone</h2>
    <div class="row controls"><${Choice} label="By" value=${interval} options=${INTERVALS} change=${setInterval} /><${Choice} label="Of" value=${unit} options=${UNITS} change=${setUnit} /></div>
    <${Loading} what="growth" state=${state}>${(value) => html`<${Chart} title=${UNITS.find(([code]) => code === unit)[1]} rows=${value.items} lines=${LINES[unit]} />
      <p class="muted small">${value.known_up_to ? `New links can be known up to ${day(value.known_up_to)}.` : "Nothing says yet up to when new links can be known."} An import is no growth: what it brings stays out.</p>`}<//></section>`;
}

function Unusual({ one }) {
  const span = one.ended_on ? `${day(one.started_on)} to ${day(one.ended_on)}` : `since ${day(one.started_on)}`;
  const days = Array.isArray(one.evidence?.days) ? one.evidence.days : [];
  const domains = Array.isArray(one.evidence?.domains) ? one.evidence.domains : [];
  return html`<li><strong>${word("growth", one.kind)}</strong> <span class="muted">${span}</span><div>${one.sentence}</div>
    <div class="muted small">${count(one.count)} in place of about ${one.expected.toFixed(1)}; ${one.confidence > 0.9995 ? "more than 99.9" : (one.confidence * 100).toFixed(1)} % sure that this is no chance.${days.length > 0 ? ` Day by day: ${days.join(", ")}.` : ""}</div>
    ${domains.length > 0 && html`<details><summary>Domains (${count(domains.length)})</summary><ul class="plain">${domains.slice(0, 100).map((name) => html`<li class="wrap">${hostName(String(name))}</li>`)}</ul></details>`}</li>`;
}

function Patterns({ siteId }) {
  const [days, setDays] = useState("30");
  const state = useLoad(() => get(`/v1/sites/${siteId}/patterns`, { days }), [siteId, days], live.value.turn);
  return html`<section class="card"><h2>What lost links have in common</h2><div class="row controls"><${Choice} label="Links lost in the last" value=${days} options=${SPANS} change=${setDays} /></div>
    <${Loading} what="patterns" state=${state}>${(value) => html`<p class="muted">${count(value.died)} links died between ${day(value.since)} and ${day(value.until)}, ${count(value.stood)} stood.</p>
      ${value.died === 0 ? null : value.items.length === 0 ? html`<p class="notice">They have nothing in common that chance would not explain.</p>` : html`<ul class="timeline">${value.items.map((one) => html`<li>${one.sentence} <strong>${one.todo}</strong>
        <div class="muted small">About ${one.expected.toFixed(1)} would be expected.</div>
        <details><summary>The links (${count(one.links.length)})</summary><ul class="plain">${one.links.slice(0, 50).map((id, at) => html`<li><a href=${link(["links", id])}>Link ${at + 1}</a></li>`)}</ul></details></li>`)}</ul>`}`}<//></section>`;
}

export function Growth({ siteId }) {
  return html`<h1>Growth</h1>
    <${Velocity} siteId=${siteId} />
    <section class="card"><h2>Unlike before</h2><${Paged} what="what was unusual" path=${`/v1/sites/${siteId}/anomalies`} size=${10} turn=${live.value.turn}
      empty=${html`<p>Nothing unusual. Each night the days are compared with those before; the first weeks only teach what is usual here.</p>`}>${(items) => html`<ul class="timeline">${items.map((one) => html`<${Unusual} key=${one.id} one=${one} />`)}</ul>`}<//></section>
    <${Patterns} siteId=${siteId} />`;
}

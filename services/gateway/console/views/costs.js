// What looking costs the web and us, day by day, and the most that it may take.
import { get, put } from "../api.js";
import { day, html } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";

const MEGABYTE = 1_000_000;
const HEADS = ["Day", ["Looks", "number"], ["Requests", "number"], ["Megabytes", "number"], ["CPU seconds", "number"], ["Requests a look", "number"], ["Kilobytes a look", "number"]];
const ROUGH = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const rough = (value) => ROUGH.format(value);
const limit = (text, unit = 1) => (text ? Math.round(Number(text) * unit) : null);

function cells(one) {
  return [day(one.day), rough(one.checks), rough(one.requests), rough(one.bytes / MEGABYTE), rough(one.cpu_seconds), rough(one.requests_per_check), rough(one.bytes_per_check / 1000)];
}

function Budget({ siteId, found, changed }) {
  const send = async (form) => {
    await put(`/v1/sites/${siteId}/budget`, { requests_per_day: limit(form.get("requests_per_day")), bytes_per_day: limit(form.get("bytes_per_day"), MEGABYTE) });
    await changed();
    return "Saved. It holds from now on.";
  };
  const { requests_per_day: requests, bytes_per_day: bytes } = found.budget;
  return html`<section class="card"><h2>The most for one day</h2><p class="muted">A day ends at midnight UTC. Leave a field empty for no limit. What does not fit waits for the next day; no link is called lost because of that.</p>
    <${Form} label="Save" send=${send}><${Field} name="requests_per_day" type="number" min="1" step="1" label="Requests" defaultValue=${requests ?? ""} />
      <${Field} name="bytes_per_day" type="number" min="0.1" step="any" label="Megabytes" defaultValue=${bytes ? bytes / MEGABYTE : ""} /><//></section>`;
}

export function Costs({ siteId }) {
  const state = useLoad(() => get(`/v1/sites/${siteId}/costs`), [siteId]);
  return html`<h1>Cost of looking</h1><p class="muted">What watching this site's links took, in requests, traffic and computing time. A page that several sites watch is charged to each by its share.</p><${ReadOnly} siteId=${siteId} />
    <${Loading} what="the costs" state=${state}>${(found) => html`<div class="notice"><p>${found.sentence}</p></div>
      <section class="card"><h2>The last 30 days</h2>${found.days.length === 0 ? html`<p class="muted">Nothing was looked at.</p>`
        : html`<${Table} caption="What each day took" heads=${HEADS} rows=${found.days.map((one) => ({ key: one.day, cells: cells(one) }))} />`}</section>
      ${canEdit(siteId) && html`<${Budget} siteId=${siteId} found=${found} changed=${state.again} />`}`}<//>`;
}

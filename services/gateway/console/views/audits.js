// The audits of a site: make one, open it as a page, take it as PDF or table.
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { html, Moment } from "../html.js";
import { Loading, Trouble, useLoad } from "../load.js";
import { Table } from "../pieces/table.js";
import { canEdit } from "../pieces/rights.js";
import { live } from "../state.js";

const PATIENCE = 240;
const wait = () => new Promise((done) => setTimeout(done, 500));

async function make(siteId) {
  let job = await post(`/v1/sites/${siteId}/audits`);
  for (let turn = 0; turn < PATIENCE && ["queued", "running"].includes(job.state); turn++) {
    await wait();
    job = await get(`/v1/jobs/${job.id}`);
  }
  if (job.state === "failed") throw new Error(job.detail || "The audit could not be made.");
}

function cells(one) {
  const path = `/v1/audits/${one.id}`;
  return [html`<a href=${`${path}?format=html`} target="_blank" rel="noopener">Audit ${one.number}</a>`, html`<${Moment} at=${one.created_at} />`,
    html`<a href=${`${path}?format=pdf`}>PDF</a> · <a href=${`${path}?format=csv`}>Table</a>`];
}

export function Audits({ siteId }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState();
  const state = useLoad(() => get(`/v1/sites/${siteId}/audits`, { limit: 100 }), [siteId], live.value.turn);
  async function start() {
    setBusy(true);
    setProblem(undefined);
    try { await make(siteId); await state.again(); } catch (trouble) { setProblem(trouble); }
    setBusy(false);
  }
  return html`<h1>Audits</h1>
    <p class="muted">An audit is a dated report that never changes: what to do first, then every figure with the list behind it.</p>
    ${canEdit(siteId) && html`<p><button type="button" onClick=${start} disabled=${busy}>${busy ? "Making it …" : "Make an audit"}</button></p>`}
    ${problem && html`<${Trouble} problem=${problem} />`}
    <${Loading} what="the audits" state=${state}>${(answer) => answer.items.length === 0 ? html`<p class="muted">No audit yet.</p>`
      : html`<div class="card"><${Table} caption="Audits" heads=${["Audit", "Made", "Take it along"]} rows=${answer.items.map((one) => ({ key: one.id, cells: cells(one) }))} /></div>`}<//>`;
}

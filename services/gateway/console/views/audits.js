// The audits of a site: make one, open it as a page, take it as PDF or table.
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { html, Moment } from "../html.js";
import { Loading, Trouble, useLoad } from "../load.js";
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

function Row({ one }) {
  const path = `/v1/audits/${one.id}`;
  return html`<tr><th scope="row"><a href=${`${path}?format=html`} target="_blank" rel="noopener">Audit ${one.number}</a></th>
    <td><${Moment} at=${one.created_at} /></td>
    <td><a href=${`${path}?format=pdf`}>PDF</a> · <a href=${`${path}?format=csv`}>Table</a></td></tr>`;
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
    <p><button type="button" onClick=${start} disabled=${busy}>${busy ? "Making it …" : "Make an audit"}</button></p>
    ${problem && html`<${Trouble} problem=${problem} />`}
    <${Loading} what="the audits" state=${state}>${(answer) => answer.items.length === 0 ? html`<p class="muted">No audit yet.</p>`
      : html`<div class="card scroll"><table><thead><tr><th scope="col">Audit</th><th scope="col">Made</th><th scope="col">Take it along</th></tr></thead>
        <tbody>${answer.items.map((one) => html`<${Row} key=${one.id} one=${one} />`)}</tbody></table></div>`}<//>`;
}

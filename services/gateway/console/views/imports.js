// Bringing a file of links in: drop it, watch it being read, take the rows that could not be used home.
import { useEffect, useState } from "preact/hooks";
import { get, upload } from "../api.js";
import { count, html, Moment } from "../html.js";
import { Loading, Trouble, useLoad } from "../load.js";
import { link } from "../route.js";
import { jobs, live, word } from "../state.js";

const MANY = 10;

function Drop({ siteId, started }) {
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState();
  async function send(files) {
    if (!files.length || busy) return;
    const form = new FormData();
    for (const file of [...files].slice(0, MANY)) form.append("file", file);
    setBusy(true);
    setProblem(undefined);
    try {
      started((await upload(`/v1/sites/${siteId}/imports`, form)).value);
    } catch (trouble) {
      setProblem(trouble);
    }
    setBusy(false);
  }
  const stop = (event) => { event.preventDefault(); setOver(event.type === "dragover"); };
  return html`<div class=${over ? "drop over" : "drop"} onDragOver=${stop} onDragLeave=${stop}
      onDrop=${(event) => { stop(event); send(event.dataTransfer.files); }}>
    <p><label>Drop export files here, or choose them
      <input type="file" multiple onChange=${(event) => send(event.target.files)} disabled=${busy} /></label></p>
    <p class="muted small">Ahrefs, Semrush, Majestic, Moz, Search Console in any language, Bing, or a plain list of addresses: the format is recognised.</p>
    ${busy && html`<p role="status">Sending …</p>`}
    ${problem && html`<${Trouble} problem=${problem} />`}
  </div>`;
}

function Running({ job }) {
  const share = job.total ? { value: job.done, max: job.total } : {};
  return html`<div class="card" aria-live="polite">
    <strong>${word("job", job.state)}</strong> ${count(job.done)}${job.total ? ` of ${count(job.total)}` : ""} rows
    <progress ...${share}></progress>
    <span class="muted">${count(job.accepted)} taken, ${count(job.duplicates)} twice in the file, ${count(job.rejected)} could not be used${job.eta_seconds ? `; about ${count(job.eta_seconds)} s left` : ""}</span>
  </div>`;
}

function Row({ one }) {
  return html`<tr>
    <th scope="row">${one.file_name}</th><td>${one.dialect_label}</td>
    <td class="number">${count(one.rows)}</td><td class="number">${count(one.accepted)}</td><td class="number">${count(one.duplicates)}</td>
    <td class="number">${one.rejected > 0 && one.job_id ? html`<a href=${`/v1/jobs/${one.job_id}/errors?format=csv`}>${count(one.rejected)}</a>` : count(one.rejected)}</td>
    <td class="number">${count(one.own_domain)}</td><td><${Moment} at=${one.created_at} /></td>
  </tr>`;
}

export function Imports({ siteId }) {
  const [mine, setMine] = useState([]);
  const state = useLoad(() => get(`/v1/sites/${siteId}/imports`, { limit: 100 }), [siteId], live.value.turn);
  const running = Object.values(jobs.value).filter((job) => mine.includes(job.job_id) || ["queued", "running"].includes(job.state));
  useEffect(() => { if (running.some((job) => job.state === "done")) state.again(); }, [running.map((job) => job.state).join()]);
  return html`<h1>Import links</h1>
    <p class="muted">An import is never counted as growth: what it brings is “known since” today. <a href=${link(["sites", siteId, "links"])}>See the links</a></p>
    <${Drop} siteId=${siteId} started=${(job) => setMine([...mine, job.id])} />
    ${running.map((job) => html`<${Running} key=${job.job_id} job=${job} />`)}
    <${Loading} what="earlier imports" state=${state}>${(answer) => answer.items.length === 0 ? html`<p class="muted">No import yet.</p>`
      : html`<div class="card scroll"><table><caption>Rows = taken + twice in the file + could not be used + links from your own hosts.</caption>
        <thead><tr><th scope="col">File</th><th scope="col">Recognised as</th>${["Rows", "Taken", "Twice", "Unusable", "Own"].map((head) => html`<th scope="col" class="number">${head}</th>`)}<th scope="col">When</th></tr></thead>
        <tbody>${answer.items.map((one) => html`<${Row} key=${one.id} one=${one} />`)}</tbody></table></div>`}<//>`;
}

// Bringing a file of links in: what it is, which column fills which field, its first rows, and the way back.
import { useState } from "preact/hooks";
import { get, remove } from "../api.js";
import { count, html, many, Moment } from "../html.js";
import { Trouble, useLoad } from "../load.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Confirm } from "../pieces/confirm.js";
import { Job } from "../pieces/job.js";
import { canEdit, inWorkspace, ReadOnly } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";
import { link } from "../route.js";
import { live, me } from "../state.js";
import { Preview, send } from "./import_preview.js";

const MANY = 10;

function Drop({ chosen }) {
  const [over, setOver] = useState(false);
  const stop = (event) => { event.preventDefault(); setOver(event.type === "dragover"); };
  return html`<div class=${over ? "drop over" : "drop"} onDragOver=${stop} onDragLeave=${stop}
      onDrop=${(event) => { stop(event); chosen([...event.dataTransfer.files]); }}>
    <p><label>Drop export files here, or choose them
      <input type="file" multiple onChange=${(event) => { chosen([...event.target.files]); event.target.value = ""; }} /></label></p>
    <p class="muted small">Ahrefs, Semrush, Majestic, Moz, Search Console in any language, Bing, Excel, ZIP, or a plain list of addresses: the format is recognised, and nothing is stored before you say so.</p>
  </div>`;
}

function Several({ siteId, files, started, dropped }) {
  const act = useAct();
  return html`<section class="card"><h2>${count(files.length)} files</h2>
    <ul class="plain">${files.map((file) => html`<li>${file.name}</li>`)}</ul>
    <p class="muted">Each is recognised by itself. To see how one would be read, choose it alone.</p>
    <div class="row"><button type="button" class="main" disabled=${act.busy} onClick=${() => act.run(async () => started(await send(siteId, files)))}>Import ${count(files.length)} files</button>
      <button type="button" onClick=${dropped}>Not these</button></div><${Outcome} act=${act} /></section>`;
}

function Counts({ job }) {
  return html`<p>${count(job.accepted)} taken, ${count(job.duplicates)} twice in the file, ${job.rejected > 0
    ? html`<a href=${`/v1/jobs/${job.id ?? job.job_id}/errors?format=csv`} download>${count(job.rejected)} could not be used: download them with what to do</a>`
    : "none that could not be used"}.</p>`;
}

function Details({ one }) {
  const found = one.detection ?? {};
  const mapped = Object.entries(found.mapping ?? {});
  return html`<details><summary>How it was read</summary>
    <p class="small">${one.dialect_label}${found.encoding && found.encoding !== "none" ? `, ${found.encoding}` : ""}${found.header_row ? `, header in line ${found.header_row}` : ""}. ${many(one.new_links, "new link")}. Brought in by ${one.imported_by}.</p>
    ${(found.notes ?? []).map((note) => html`<p class="small">${note}</p>`)}
    ${mapped.length > 0 && html`<p class="small muted">Columns used: ${mapped.map(([, theirs]) => theirs).join(", ")}</p>`}</details>`;
}

function impact(one) {
  return html`<p>${many(one.accepted, "row")} of it taken, and ${many(one.new_links, "link")} known from nowhere else.</p>
    <ul><li>Links that only this file told of go, with all that was seen of them.</li>
      <li>What it wrote over comes back as it was. Links that another source also names stay.</li>
      <li>Links with a tag, a note, an owner or an agreed placement stay.</li></ul>
    <p class="muted">It can be imported again at any time.</p>`;
}

function row(one, siteId, undo) {
  const errors = one.rejected > 0 && one.job_id ? html`<a href=${`/v1/jobs/${one.job_id}/errors?format=csv`} download>${count(one.rejected)}</a>` : count(one.rejected);
  const refused = one.refused && html`<div class="fault small">${one.refused} ${one.dialect === "disavow" && html`<a href=${link(["sites", siteId, "disavow"])}>Open the disavow file</a>`}</div>`;
  const back = canEdit(siteId) && one.state !== "undoing" && html`<${Confirm} label="Take back" title=${`Take ${one.file_name} back?`} yes="Take it back"
    impact=${() => impact(one)} act=${() => undo(one)} />`;
  return { key: one.id, cells: [html`<span class="wrap">${one.file_name}</span>${one.dry_run ? html` <span class="tag">only looked at</span>` : ""}${refused}<${Details} one=${one} />`,
    one.dialect_label ?? "Not read yet", count(one.rows), count(one.accepted), count(one.duplicates), errors, count(one.own_domain), html`<${Moment} at=${one.created_at} />`,
    one.state === "undoing" ? "Being taken back" : back || ""] };
}

const HEADS = ["File", "Recognised as", ["Rows", "number"], ["Taken", "number"], ["Twice", "number"], ["Unusable", "number"], ["Own", "number"], "When", "Actions"];

function Earlier({ siteId, turn, undone }) {
  const undo = async (one) => undone((await remove(`/v1/imports/${one.id}`)).value);
  return html`<section class="card"><h2>Earlier imports</h2>
    <${Paged} what="earlier imports" path=${`/v1/sites/${siteId}/imports`} size=${20} turn=${turn}
      empty=${html`<p>No import yet. Choose a file above; if you have none, <a href=${link(["sites", siteId, "start"])}>see where to get one</a>.</p>`}>${(items) => html`
      <${Table} shown caption="Rows = taken + twice in the file + could not be used + links from your own hosts." heads=${HEADS} rows=${items.map((one) => row(one, siteId, undo))} />`}<//>
  </section>`;
}

function Mappings({ news }) {
  const [turn, setTurn] = useState(0);
  const act = useAct();
  if (!me.value?.workspace_role) return null;
  const forget = (one) => act.run(async () => { await remove(`/v1/mappings/${one.fingerprint}`); setTurn(turn + 1); return "Forgotten: such files are read as they are recognised."; });
  return html`<section class="card"><h2>Remembered columns</h2>
    <p class="muted">When you change what a column is, the choice is kept for every file with the same header, on all your sites.</p>
    <${Outcome} act=${act} />
    <${Paged} what="remembered columns" path="/v1/mappings" size=${20} turn=${turn * 1000 + news} empty=${html`<p>None yet: everything is read as it is recognised.</p>`}>${(items) => html`
      <${Table} caption="Remembered columns" heads=${["Files with these columns", "Used", "Chosen by", "When", "Actions"]} rows=${items.map((one) => ({ key: one.fingerprint, cells: [
        html`<span class="wrap">${one.header.slice(0, 6).join(", ")}${one.header.length > 6 ? ` and ${one.header.length - 6} more` : ""}</span>`,
        Object.values(one.mapping).join(", "), one.saved_by, html`<${Moment} at=${one.saved_at} />`,
        inWorkspace("editor") && html`<button type="button" onClick=${() => forget(one)}>Forget</button>`] }))} />`}<//></section>`;
}

export function Imports({ siteId }) {
  const [files, setFiles] = useState([]);
  const [mine, setMine] = useState([]);
  const [turn, setTurn] = useState(0);
  const running = useLoad(() => get("/v1/jobs", { site_id: siteId, state: "queued,running", limit: 20 }), [siteId]);
  const started = (job) => { setFiles([]); setMine([{ id: job.id, kind: job.kind }, ...mine]); };
  const older = (running.value?.items ?? []).filter((job) => ["import", "undo_import"].includes(job.kind) && !mine.some((one) => one.id === job.id));
  const ended = () => setTurn((before) => before + 1);
  return html`<h1>Import links</h1>
    <p class="muted">An import is never counted as growth: what it brings is “known since” today. <a href=${link(["sites", siteId, "links"])}>See the links</a></p>
    <${ReadOnly} siteId=${siteId} />
    ${canEdit(siteId) && (files.length === 0 ? html`<${Drop} chosen=${(list) => setFiles(list.slice(0, MANY))} />`
      : files.length === 1 ? html`<${Preview} key=${files[0].name} siteId=${siteId} file=${files[0]} started=${started} dropped=${() => setFiles([])} />`
      : html`<${Several} siteId=${siteId} files=${files} started=${started} dropped=${() => setFiles([])} />`)}
    ${running.problem && html`<${Trouble} problem=${running.problem} />`}
    ${[...mine, ...older].map((one) => html`<${Job} key=${one.id} id=${one.id} ended=${ended}
      what=${one.kind === "undo_import" ? "Taking an import back" : "Import"}>${(job) => one.kind !== "undo_import" && html`<${Counts} job=${job} />`}<//>`)}
    <${Earlier} siteId=${siteId} turn=${turn * 1000 + live.value.turn} undone=${started} />
    <${Mappings} news=${turn} />`;
}

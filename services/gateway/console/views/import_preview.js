// One file before it is imported: recognised as what, by which columns, and how its first rows would be taken.
import { useState } from "preact/hooks";
import { upload } from "../api.js";
import { count, day, html, many, shortUrl } from "../html.js";
import { Trouble, useLoad } from "../load.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Choice } from "../pieces/choice.js";
import { Table } from "../pieces/table.js";
import { link } from "../route.js";

const LOOK = 512 * 1024;
const MOST = 4 * 1024 * 1024;
const SEPARATORS = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" };

export async function send(siteId, files, mapping) {
  const form = new FormData();
  for (const file of files) form.append("file", file);
  if (mapping) form.append("mapping", JSON.stringify(mapping));
  return (await upload(`/v1/sites/${siteId}/imports`, form)).value;
}

// The first lines are enough to see how a file is read: a gigabyte is not sent twice.
async function head(file) {
  if (file.size <= LOOK) return file;
  const first = new Uint8Array(await file.slice(0, LOOK).arrayBuffer());
  if (first[0] === 0x50 && first[1] === 0x4b) return file.size <= MOST ? file : undefined;
  const end = first.lastIndexOf(10);
  const wide = first[0] === 0xff && first[1] === 0xfe ? 2 : 1;
  return new File([end > 0 ? first.slice(0, end + wide) : first], file.name);
}

async function look(siteId, file, mapping) {
  const part = await head(file);
  if (!part) return { large: true };
  const form = new FormData();
  form.append("file", part, file.name);
  if (mapping) form.append("mapping", JSON.stringify(mapping));
  return { ...(await upload(`/v1/sites/${siteId}/imports/previews`, form)).value, isPart: part.size < file.size };
}

function groups(fields) {
  const of = (start) => fields.filter((one) => (start ? one.field.startsWith(start) : !one.field.includes(":")));
  return [["What a link is", of("")], ["Figures of the tool", of("metric:")], ["Kept as told", of("claim:")]];
}

function Columns({ seen, mapping, change }) {
  if (!seen.header.length) return null;
  const filled = (column) => Object.entries(mapping).find(([, theirs]) => theirs === column)?.[0] ?? "";
  const choose = (column, field) => {
    const kept = Object.entries(mapping).filter(([ours, theirs]) => theirs !== column && ours !== field);
    change(Object.fromEntries(field ? [...kept, [field, column]] : kept));
  };
  const options = groups(seen.fields);
  return html`<details open><summary>What each column is (${count(Object.keys(mapping).length)} of ${count(seen.header.length)} used)</summary>
    <ul class="columns">${seen.header.map((column, at) => html`<li key=${`${at} ${column}`}>
      <${Choice} label=${column || `Column ${at + 1}`} value=${filled(column)} empty="Not used" change=${(field) => choose(column, field)}>
        ${options.map(([label, fields]) => html`<optgroup label=${label}>${fields.map((one) => html`<option value=${one.field} selected=${one.field === filled(column)}>${one.label}</option>`)}</optgroup>`)}<//></li>`)}</ul></details>`;
}

function Sample({ seen }) {
  if (!seen.sample.length) return html`<p class="notice">No row of it could be taken. ${seen.errors.length > 0 ? "Below is what is wrong." : ""}</p>`;
  return html`<${Table} caption="The first rows as they would be taken" shown heads=${[["Line", "number"], "Page that links", "Anchor", "Your page", "rel", "First seen"]}
    rows=${seen.sample.map((one) => ({ key: one.row, cells: [count(one.row), html`<span class="wrap">${shortUrl(one.referring)}</span>`,
      one.anchor ?? html`<span class="muted">not said</span>`, one.target_url ? html`<span class="wrap">${shortUrl(one.target_url)}</span>` : html`<span class="muted">not said</span>`,
      one.rel ? one.rel.join(" ") || "followed" : html`<span class="muted">not said</span>`, day(one.first_seen) || html`<span class="muted">not said</span>`] }))} />`;
}

function Faults({ seen }) {
  if (!seen.errors.length) return null;
  return html`<details><summary>${many(seen.rejected, "row")} that could not be used${seen.isPart ? " so far" : ""}</summary>
    <ul class="plain">${seen.errors.map((one) => html`<li>Line ${count(one.row)}: ${one.detail} <span class="muted small wrap">${one.raw}</span></li>`)}</ul></details>`;
}

function Seen({ seen, siteId }) {
  const how = [seen.encoding !== "none" && seen.encoding, SEPARATORS[seen.delimiter] && `separated by ${SEPARATORS[seen.delimiter]}`, seen.header_row && `header in line ${seen.header_row}`];
  return html`<p><strong>${seen.dialect_label}</strong> <span class="muted">${how.filter(Boolean).join(", ")}</span>
      ${seen.remembered && html` <span class="tag">columns as chosen earlier</span>`}</p>
    ${seen.lists > 1 && html`<p>The archive has ${count(seen.lists)} lists; this is the first. Each is read as the list that it is.</p>`}
    ${seen.notes.map((note) => html`<p class="muted">${note}</p>`)}
    ${seen.refused && html`<p class="trouble">${seen.refused} ${seen.dialect === "disavow" && html`<a href=${link(["sites", siteId, "disavow"])}>Open the disavow file</a>`}</p>`}
    ${seen.rows > 0 && html`<p role="status">${seen.isPart ? "Of its first" : "Of"} ${many(seen.rows, "row")} ${count(seen.accepted)} would be taken; ${count(seen.duplicates)} come twice, ${count(seen.rejected)} could not be used, ${count(seen.own_domain)} are from your own hosts.</p>`}`;
}

export function Preview({ siteId, file, started, dropped }) {
  const [{ mapping, turn }, set] = useState({ turn: 0 });
  const setMapping = (chosen) => set({ mapping: chosen, turn: turn + 1 });
  const act = useAct();
  // Another mapping is news about the same file: the columns stay where they are while it comes.
  const state = useLoad(() => look(siteId, file, mapping), [siteId, file], turn);
  const seen = state.value;
  const ready = seen && (seen.large || !seen.refused || seen.dialect.endsWith("pages"));
  return html`<section class="card" aria-label="The file"><h2 class="wrap">${file.name}</h2>
    ${!seen && !state.problem && html`<p role="status" class="muted">Looking at it …</p>`}
    ${state.problem && html`<${Trouble} problem=${state.problem} />`}
    ${seen?.large && html`<p>Archives above 4 MB are not shown before they are imported. Everything can be taken back for 30 days.</p>`}
    ${seen && !seen.large && html`<${Seen} seen=${seen} siteId=${siteId} /><${Columns} seen=${seen} mapping=${mapping ?? seen.mapping} change=${setMapping} />
      ${!seen.refused && html`<${Sample} seen=${seen} />`}<${Faults} seen=${seen} />`}
    <div class="row"><button type="button" class="main" disabled=${!ready || Boolean(state.problem) || act.busy}
        onClick=${() => act.run(async () => started(await send(siteId, [file], mapping)))}>Import this file</button>
      ${mapping && html`<button type="button" onClick=${() => setMapping(undefined)}>Columns as recognised</button>`}
      <button type="button" onClick=${dropped}>Another file</button></div>
    <${Outcome} act=${act} /></section>`;
}

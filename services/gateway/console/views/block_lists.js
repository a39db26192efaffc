// Lists of bad domains that the workspace keeps: given in by people, with source and date; never enough alone.
import { useState } from "preact/hooks";
import { query, remove, upload } from "../api.js";
import { count, day, html, many } from "../html.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { inWorkspace } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";

const today = () => new Date().toISOString().slice(0, 10);

function add(form, dry) {
  const body = new FormData();
  body.append("file", form.get("file"));
  const given = Object.fromEntries(["name", "listed_on", "source", "licence"].map((name) => [name, form.get(name)]));
  return upload(`/v1/block-lists${query({ ...given, dry_run: dry || undefined })}`, body).then((answer) => answer.value);
}

function Skipped({ found }) {
  return found.skipped_count > 0 && html`<details><summary>${many(found.skipped_count, "line")} that hold no domain</summary><ul class="plain">${found.skipped.map((one) => html`<li class="wrap">Line ${count(one.line)}: ${one.detail} <span class="muted small">${one.text}</span></li>`)}</ul></details>`;
}

function Add({ done }) {
  const [found, setFound] = useState();
  const send = async (form, element) => {
    const seen = found ?? await add(form, true);
    if (!found) {
      setFound(seen);
      return `${many(seen.domains, "domain")} would be kept. Press again to keep the list.`;
    }
    await add(form, false);
    setFound(undefined);
    element.reset();
    done();
    return "Kept. The links of these domains are judged anew.";
  };
  return html`<section class="card"><h2>Give in a list</h2><p class="muted">A text or CSV file with one domain on a line. Nothing is downloaded by itself, and a list alone never makes a link a candidate.</p>
    <${Form} label=${found ? "Keep this list" : "Look at it"} send=${send}>
      <${Field} name="file" type="file" label="File" required onChange=${() => setFound(undefined)} /><${Field} name="name" label="Name" maxlength="100" required />
      <${Field} name="listed_on" type="date" label="As of" defaultValue=${today()} max=${today()} required /><${Field} name="source" label="Where it is from" /><${Field} name="licence" label="Under which licence" /><//>
    ${found && html`<${Skipped} found=${found} />`}</section>`;
}

function actions(one, forget) {
  if (!inWorkspace("editor") || one.copies || one.is_disavow_file) return one.is_disavow_file ? "Your own disavow file" : one.copies ? "Kept by itself" : "";
  return html`<${Confirm} label="Remove" title=${`Remove ${one.name}?`} yes="Remove it" act=${() => forget(one)}
    impact=${async () => html`<p>Its ${many(one.domains, "domain")} no longer speak against a link, and links are judged anew. Decisions of people stay.</p>`} />`;
}

export function BlockLists() {
  const [turn, setTurn] = useState(0);
  const act = useAct();
  const news = () => setTurn((before) => before + 1);
  const forget = async (one) => { await remove(`/v1/block-lists/${one.list_id}`); news(); };
  if (!inWorkspace("viewer")) return html`<h1>Lists of bad domains</h1><div class="notice"><p>Lists belong to the whole workspace, and you look after single sites of it. Ask its owner if a list is missing.</p></div>`;
  return html`<h1>Lists of bad domains</h1><p class="muted">For all sites of the workspace. What a list says is one kind of evidence among others, and names the list with its date and line.</p><${Outcome} act=${act} />
    <section class="card"><h2>Lists</h2><${Paged} what="lists" path="/v1/block-lists" size=${50} turn=${turn} empty=${html`<p>No list is kept. You need none; if you trust one, give it in below.</p>`}>${(items) => html`<${Table} caption="Lists" heads=${["List", "From", "As of", ["Domains", "number"], "Given in by", "Actions"]}
      rows=${items.map((one) => ({ key: one.list_id, cells: [html`<span class="wrap">${one.name}</span>`, html`<span class="wrap">${one.source || "not said"}${one.licence ? `, ${one.licence}` : ""}</span>`, day(one.listed_on), count(one.domains), one.made_by, actions(one, forget)] }))} />`}<//></section>
    ${inWorkspace("editor") && html`<${Add} done=${news} />`}`;
}

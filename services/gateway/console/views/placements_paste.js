// Many placements at once: a table pasted from a spreadsheet or a mail, first looked at, then written down.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { html, many } from "../html.js";
import { hostName } from "../names.js";
import { Field, Form } from "../pieces/form.js";
import { Table } from "../pieces/table.js";

const COLUMNS = "page, target, anchor, rel, position, go live, until, price, currency, vendor, max outlinks, note, method, campaign";
const SHOWN = 100;

function faults(row) {
  const said = [...row.errors.map((one) => one.detail), ...row.warnings];
  return said.length > 0 ? html`<ul class="plain">${said.map((one) => html`<li>${one}</li>`)}</ul>` : "Right";
}

// A row that cannot be taken is shown as it was pasted: nobody counts lines.
function place(row) {
  return row.errors.length > 0 ? html`<span class="wrap pasted">${row.text}</span>` : html`<span class="wrap">${hostName(row.referring_url ?? row.referring_domain)}</span>`;
}

function Rows({ found }) {
  const wrong = found.results.filter((row) => row.errors.length > 0);
  const rest = found.results.filter((row) => row.errors.length === 0);
  const rows = [...wrong, ...rest].slice(0, SHOWN);
  return html`<p>${many(found.accepted, "row")} ${found.dry_run ? "would be taken" : "taken"}, ${many(found.rejected, "row")} cannot be.${found.new_vendors.length > 0 && ` New vendors: ${found.new_vendors.join(", ")}.`}</p>
    <${Table} caption="Rows of the table" heads=${[["Line", "number"], "Page, or the row", "Target", "What we read"]} rows=${rows.map((row) => ({ key: row.line, cells: [row.line, place(row), html`<span class="wrap">${row.target_url ?? ""}</span>`, faults(row)] }))} />
    ${found.results.length > SHOWN && html`<p class="muted">The first ${SHOWN} of ${many(found.results.length, "row")}; those that are wrong come first.</p>`}`;
}

export function Paste({ siteId, done }) {
  const [found, setFound] = useState();
  const ready = found?.dry_run && found.accepted > 0;
  const send = async (form, element) => {
    const body = { site_id: siteId, text: form.get("text") };
    const answer = await post(`/v1/placements/imports${ready ? "" : "?dry_run=true"}`, body);
    setFound(answer);
    if (!ready) return answer.accepted > 0 ? "Nothing is written yet. Press again to write down the rows that are right." : "Nothing of it can be taken as it is.";
    element.reset();
    await done();
    return "Written down. The watch over them begins by itself.";
  };
  return html`<section class="card"><h2>Paste a table</h2><p class="muted">From a spreadsheet or a mail, with or without a header. Columns without a header: ${COLUMNS}. A page may be only a domain.</p>
    <${Form} label=${ready ? "Write down the right rows" : "Look at it"} send=${send}>
      <${Field} name="text" label="Table" as="textarea" rows="6" required maxlength="900000" onInput=${() => setFound(undefined)} /><//>
    ${found && html`<${Rows} found=${found} />`}</section>`;
}

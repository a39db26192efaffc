// Exports: the links as a file in the layout you need, or as an address that a spreadsheet fetches by itself.
import { useState } from "preact/hooks";
import { get, post, query } from "../api.js";
import { html, many, moment } from "../html.js";
import { useLoad } from "../load.js";
import { Choice } from "../pieces/choice.js";
import { CopyText } from "../pieces/copy.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit } from "../pieces/rights.js";
import { choices } from "../state.js";

const FORMATS = [["csv", "CSV, our columns"], ["xlsx", "Excel workbook"], ["jsonl", "JSON lines, with every claim"], ["ahrefs", "CSV in the layout of Ahrefs"], ["semrush", "CSV in the layout of Semrush"]];
const FOLLOWED = [["true", "Followed"], ["false", "Not followed"]];

function Address({ siteId, parameters }) {
  const [made, setMade] = useState();
  const send = async (form) => {
    setMade(await post(`/v1/sites/${siteId}/export/links${query(parameters)}`, { days: Number(form.get("days")) }));
    return "Made.";
  };
  return html`<section class="card"><h2>An address for a spreadsheet</h2>
    <p class="muted">It works without a key until it ends, with the choices above. Whoever has it sees what a client sees, and it cannot be taken back before it ends: keep it short.</p>
    <${Form} label="Make the address" send=${send}><${Field} name="days" type="number" min="1" max="365" step="1" label="Works for so many days" defaultValue="30" required /><//>
    ${made && html`<${CopyText} label="Address" text=${made.url ?? new URL(made.path, window.location.href).href} rows=${3} />
      ${made.formula && html`<${CopyText} label="Formula for Google Sheets" text=${made.formula} rows=${3} />`}<p class="muted">Works until ${moment(made.expires_at)}.</p>`}</section>`;
}

export function Exports({ siteId }) {
  const [chosen, setChosen] = useState({ format: "csv" });
  const set = (name) => (value) => setChosen({ ...chosen, [name]: value });
  const { format, bom, ...filters } = chosen;
  const parameters = { format, ...filters, ...(format === "csv" && bom ? { bom: true } : {}) };
  const state = useLoad(() => get(`/v1/sites/${siteId}/links`, { limit: 1, include: "count", ...filters }), [siteId, JSON.stringify(filters)]);
  return html`<h1>Exports</h1>
    <p class="muted">No cell of it runs as a formula, and our own CSV and Excel files come back by an import without a loss.</p>
    <section class="card"><h2>A file</h2>
      <div class="row controls"><${Choice} label="Layout" value=${format} options=${FORMATS} change=${set("format")} />
        <${Choice} label="State" value=${chosen.status} empty="All links" options=${[["live,changed", "Present"], ...choices("status")]} change=${set("status")} />
        <${Choice} label="Followed" value=${chosen.followed} empty="Either" options=${FOLLOWED} change=${set("followed")} />
        <${Choice} label="Anchor" value=${chosen.anchor_kind} empty="Any" options=${choices("anchor_kind")} change=${set("anchor_kind")} />
        <div class="field"><label for="export-domain">Referring domain</label><input id="export-domain" placeholder="all" onChange=${(event) => set("referring_domain")(event.target.value.trim())} /></div></div>
      ${format === "csv" && html`<label class="check"><input type="checkbox" checked=${Boolean(bom)} onChange=${(event) => set("bom")(event.target.checked)} /> <span>For Excel: begin with a mark by which it reads the letters right</span></label>`}
      <p role="status" class="muted">${state.problem ? state.problem.message : state.value ? `${many(state.value.count, "link")}.` : "Counting …"}</p>
      <div class="row"><a class="button main" href=${`/v1/sites/${siteId}/export${query(parameters)}`} download>Download</a></div></section>
    ${canEdit(siteId) && html`<${Address} key=${JSON.stringify(parameters)} siteId=${siteId} parameters=${parameters} />`}`;
}

// What people decided about links and domains, the newest first, each with its undo.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { count, html, Moment } from "../html.js";
import { hostName } from "../names.js";
import { useAct, Outcome } from "../pieces/act.js";
import { canEdit } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";
import { word } from "../state.js";

function subject(one) {
  const shown = one.domains.slice(0, 4).map(hostName).join(", ");
  const more = one.domains.length > 4 ? ` and ${count(one.domains.length - 4)} more` : "";
  const links = one.links.length ? `${count(one.links.length)} ${one.links.length === 1 ? "link" : "links"}` : "";
  return html`<span class="wrap">${[shown + more, links].filter(Boolean).join(", ")}</span>`;
}

export function Decisions({ siteId, turn }) {
  const [own, setOwn] = useState(0);
  const act = useAct();
  const undo = (one) => act.run(async () => {
    await post("/v1/reviews/undo", { review_ids: [one.review_id] });
    setOwn(own + 1);
    return "Undone: what had been decided before is in force again.";
  });
  return html`<section class="card"><h2>Decisions</h2><${Outcome} act=${act} />
    <${Paged} what="decisions" path=${`/v1/sites/${siteId}/decisions`} size=${20} turn=${own * 1000000 + turn} empty=${html`<p>Nobody has decided anything yet. The answers above are kept here.</p>`}>${(items) => html`
      <${Table} caption="Decisions" heads=${["About", "Decision", "Reason", "Who and when", "Actions"]} rows=${items.map((one) => ({ key: one.review_id, cells: [
        subject(one), word("decision", one.decision), html`<span class="wrap">${one.reason || "–"}</span>`, html`${one.decided_by}, <${Moment} at=${one.decided_at} />`,
        one.undone_at ? html`<span class="muted">Undone by ${one.undone_by}</span>` : canEdit(siteId) ? html`<button type="button" onClick=${() => undo(one)}>Undo</button>` : "In force"] }))} />`}<//></section>`;
}

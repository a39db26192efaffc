// Prospects and slots of the plan: many at once after a look, or one prospect that takes or frees its slot.
import { get, post } from "../api.js";
import { html, many, shortUrl } from "../html.js";
import { hostName } from "../names.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Confirm } from "../pieces/confirm.js";

const WANTED = "qualified,contacted,engaged,agreed";
const MOST = 500;
const MONTH = new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric", timeZone: "UTC" });
const assign = (siteId, ids, more = {}, query = "") => post(`/v1/sites/${siteId}/plan/assignments${query}`, { rows: ids.map((id) => ({ prospect_id: id })), ...more });

function Tried({ tried }) {
  const given = tried.results.filter((row) => row.changed);
  const rest = tried.results.filter((row) => !row.changed);
  return html`<p>${many(given.length, "prospect")} would take a slot.</p>
    <ul>${given.slice(0, 20).map((row) => html`<li key=${row.prospect_id} class="wrap"><b>${hostName(row.domain)}</b> to ${shortUrl(row.target_url)}, ${MONTH.format(new Date(row.month))}. ${row.sentence}</li>`)}</ul>
    ${given.length > 20 && html`<p class="muted">The first 20 of ${many(given.length, "prospect")}.</p>`}
    ${rest.length > 0 && html`<p>${many(rest.length, "prospect")} not: ${rest[0].sentence}</p>`}`;
}

export function AssignAll({ siteId, changed }) {
  let ids = [];
  const impact = async () => {
    const found = await get(`/v1/sites/${siteId}/prospects`, { stage: WANTED, sort: "-relevance", limit: MOST });
    ids = found.items.filter((one) => !one.slot).map((one) => one.prospect_id);
    if (ids.length === 0) return html`<p>No prospect waits for a slot. Those count that are qualified, written to, in conversation or agreed.</p>`;
    return html`<${Tried} tried=${await assign(siteId, ids, {}, "?dry_run=true")} />`;
  };
  const act = async () => { if (ids.length > 0) await assign(siteId, ids); changed(); };
  return html`<div class="row"><${Confirm} label="Give slots to prospects" title="Give slots to prospects?" yes="Give them" impact=${impact} act=${act} /></div>`;
}

// Beside one prospect: the slot that it is to fill.
export function SlotOf({ one, edits, changed }) {
  const act = useAct();
  const send = (release) => act.run(async () => {
    const { results } = await assign(one.site_id, [one.prospect_id], release ? { release } : {});
    await changed();
    return results[0].sentence;
  });
  return html`<p>${one.slot ? `In the plan: ${shortUrl(one.slot.target_url)}, ${MONTH.format(new Date(one.slot.month))}.` : "It has no slot of the plan."}
    ${edits && html` <button type="button" class="quiet" disabled=${act.busy} onClick=${() => send(Boolean(one.slot))}>${one.slot ? "Free its slot" : "Take the slot that fits best"}</button>`}</p><${Outcome} act=${act} />`;
}

// Who gets the reports of a site by e-mail, and what became of the mails with one report.
import { get, post, remove } from "../api.js";
import { html, Moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Outcome, useAct } from "../pieces/act.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { isOwner } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";
import { link } from "../route.js";

const GOOD = { reads: "good", delivered: "good", asked: "warn", waiting: "warn", on_its_way: "warn", failed: "bad", unknown: "warn" };
const MAILS = { waiting: "Waits", on_its_way: "On its way", delivered: "Delivered", failed: "Not delivered", withheld: "Not sent", unknown: "In doubt" };

function Tag({ state, label }) {
  return html`<span class=${`tag ${GOOD[state] ?? ""}`}>${label}</span>`;
}

function Reader({ path, one, again }) {
  const act = useAct();
  const ask = () => act.run(async () => { await post(`${path}/${one.id}/confirmations`); await again(); return "Asked again."; });
  const drop = async () => { await remove(`${path}/${one.id}`); await again(); };
  return html`<div class="row">${one.standing === "asked" && html`<button type="button" disabled=${act.busy} onClick=${ask}>Ask again</button>`}
    <${Confirm} label="Remove" title=${`Send ${one.email} no more reports?`} yes="Remove" act=${drop} impact=${async () => html`<p>Reports of this site are not sent to ${one.email} any more. What was sent stays.</p>`} /></div><${Outcome} act=${act} />`;
}

export function Readers({ siteId }) {
  const path = `/v1/sites/${siteId}/report-readers`;
  const state = useLoad(() => get(path), [siteId]);
  const add = async (form) => { await post(path, { email: form.get("email").trim() }); await state.again(); return "Added."; };
  const owner = isOwner(siteId);
  const row = (one) => ({ key: one.id, cells: [one.email, html`<${Tag} state=${one.standing} label=${one.label} /> <span class="muted small">${one.sentence}</span>`, html`${one.added_by}, <${Moment} at=${one.added_at} />`, ...(owner ? [html`<${Reader} path=${path} one=${one} again=${state.again} />`] : [])] });
  return html`<section class="card"><h2>By e-mail</h2><p class="muted">People who get approved reports of this site, each of them once, with an address at the end by which they get no more. Somebody from outside is asked by a mail first and has to say yes.</p>
    <${Loading} what="who gets them" state=${state}>${({ items }) => (items.length === 0 ? html`<p>Nobody yet.</p>` : html`<${Table} caption="Who gets the reports" heads=${["Who", "How it stands", "Added by", ...(owner ? ["Do"] : [])]} rows=${items.map(row)} />`)}<//>
    ${owner ? html`<${Form} label="Add" send=${add}><${Field} name="email" label="E-mail address" type="email" required hint="Of a person of the workspace who may see this site, or of anybody else." /><//>` : html`<p class="muted">Owners of the site decide who is on this list.</p>`}</section>`;
}

export function Mails({ siteId, report }) {
  const path = `/v1/reports/${report.id}/mails`;
  const state = useLoad(() => get(path, { limit: 100 }), [report.id]);
  const send = async () => { const found = await post(path, {}); await state.again(); return found.sentence; };
  const impact = async () => {
    const { items } = await get(`/v1/sites/${siteId}/report-readers`);
    const names = items.filter((one) => one.label === "Gets reports").map((one) => one.email);
    return html`<p>${names.length === 0 ? "Nobody gets the reports of this site by e-mail yet." : `To ${names.join(", ")}; whoever was sent this report already is left out.`}</p><p>With the PDF where it can be made, and an address that works for 90 days.</p>`;
  };
  const row = (one) => ({ key: one.id, cells: [one.email, html`<${Tag} state=${one.state} label=${MAILS[one.state]} />`, html`${one.sentence}${one.next_at && one.attempts > 0 && html` Next: <${Moment} at=${one.next_at} />.`}`, html`${one.asked_by}, <${Moment} at=${one.asked_at} />`] });
  return html`<section class="card"><h2>Send it by e-mail</h2><p class="muted">To those who <a href=${link(["sites", siteId, "reports"])}>get the reports of this site</a>; nobody gets the same report twice.</p>
    ${report.approved_unread ? html`<p>It approved itself and no person read it, so it is not sent. Make a correction, read it and approve that.</p>` : report.replaced_by ? html`<p>A newer version takes its place; send that one.</p>` : html`<div class="row"><${Confirm} label="Send it" className="main" title=${`Send the report for ${report.label}?`} yes="Send it" impact=${impact} act=${send} /><button type="button" onClick=${state.again}>Look again</button></div>`}
    <${Loading} what="the mails" state=${state}>${({ items }) => items.length > 0 && html`<${Table} caption="Mails with this report" heads=${["To", "State", "What came of it", "Sent by"]} rows=${items.map(row)} />`}<//></section>`;
}

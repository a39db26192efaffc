// Owed: what is to be paid and was paid for links, by currency; nothing is added up over currencies.
import { useState } from "preact/hooks";
import { get, post, query } from "../api.js";
import { html, many } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { Payment, today, TONES } from "../pieces/payments.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { go, link } from "../route.js";

const STATES = [["due,overdue", "To be paid"], ["overdue", "Overdue"], ["due", "Not overdue"], ["paid", "Paid"], ["refunded", "Given back"], ["nothing_owed", "Nothing owed"]];

function Sums({ params, turn }) {
  const state = useLoad(() => get("/v1/payments/sums", params), [JSON.stringify(params), turn]);
  return html`<${Loading} what="sums" state=${state}>${({ items }) => items.length > 0 && html`<ul class="figures">${items.map((one) => html`<li key=${one.sentence}><b>${one.amount} ${one.currency}</b><span class=${TONES[one.state] === "bad" ? "bad" : ""}>${one.label.toLowerCase()}, ${many(one.count, "payment")}</span></li>`)}</ul>`}<//>`;
}

function PayAll({ params, changed }) {
  const open = { ...params, state: "due,overdue" };
  const send = (more = {}) => post(`/v1/payments/paid${query({ ...open, ...more })}`, { paid_on: today() });
  return html`<${Confirm} label="All shown were paid today" title="Were all of these paid today?" yes="Yes, all were paid" act=${async () => { await send(); changed(); }}
    impact=${async () => {
      const look = await send({ dry_run: true });
      return look.matched === 0 ? html`<p>None of these is to be paid.</p>` : html`<p>${many(look.matched, "payment")} would be written down as paid today; nothing is transferred by this.</p><ul class="plain">${look.sums.map((one) => html`<li>${one.sentence}</li>`)}</ul>`;
    }} />`;
}

export function Owed({ siteId, filters }) {
  const { state = "due,overdue", vendor } = filters;
  const [turn, setTurn] = useState(0);
  const changed = () => setTurn((before) => before + 1);
  const params = { site_id: siteId, vendor_id: vendor, state: state === "all" ? "" : state };
  return html`<h1>Owed</h1><p class="muted">What is to be paid for links, and what was. You are told 7 and 2 days before, and once when it is overdue. Currencies stand side by side and are never converted.</p><${ReadOnly} siteId=${siteId} />
    <div class="row controls"><${Choice} label="Show" value=${state} options=${[...STATES, ["all", "All"]]} change=${(chosen) => go(["sites", siteId, "owed"], { state: chosen, vendor })} />
      ${vendor && html`<a href=${link(["sites", siteId, "owed"], { state })}>Of all vendors</a>`}
      <a href=${`/v1/payments/export${query(params)}`} download>As a table (CSV)</a>${canEdit(siteId) && state !== "paid" && html`<${PayAll} params=${params} changed=${changed} />`}</div>
    <${Sums} params=${params} turn=${turn} />
    <${Paged} what="payments" path="/v1/payments" params=${params} size=${25} turn=${turn} empty=${html`<p>${state === "all" ? "No payment is written down. Do it at a placement, under “Money”." : "No payment is like that."}</p>`}>${(items) => items.map((one) => html`
      <article class="card item" key=${`${one.payment_id} ${one.version}`} aria-label=${`${one.amount} ${one.currency}, ${hostName(one.referring_domain)}`}><${Payment} item=${one} changed=${changed}>for the link on ${hostName(one.referring_domain)}${one.vendor_name && html`<span class="muted">, ${one.vendor_name}</span>`}<//></article>`)}<//>`;
}

// Payments: how each stands, what can be done with it, and what may be asked back for a lost link.
import { useState } from "preact/hooks";
import { get, patch, post, remove } from "../api.js";
import { External, html } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Confirm } from "./confirm.js";
import { CopyText } from "./copy.js";
import { Field, Form } from "./form.js";
import { canEdit } from "./rights.js";

export const TONES = { due: "", overdue: "bad", paid: "good", refunded: "warn", nothing_owed: "" };
const TEXTS = ["due_on", "invoice_no", "invoice_url", "paid_on", "method", "note"];
export const tagOf = (one) => `W/"${one.version}"`;
export const today = () => new Date().toISOString().slice(0, 10);
const text = (form, name) => form.get(name)?.trim() || null;

function Fields({ item = {} }) {
  return html`<div class="halves"><${Field} name="amount" label="Amount" inputmode="decimal" required defaultValue=${item.amount ?? ""} /><${Field} name="currency" label="Currency" maxlength="3" hint="Three letters, such as EUR." required defaultValue=${item.currency ?? ""} />
    <${Field} name="due_on" label="To be paid by" type="date" defaultValue=${item.due_on ?? ""} /><${Field} name="paid_on" label="Paid on" type="date" defaultValue=${item.paid_on ?? ""} />
    <${Field} name="invoice_no" label="Invoice number" maxlength="200" defaultValue=${item.invoice_no ?? ""} /><${Field} name="invoice_url" label="Address of the invoice" type="url" defaultValue=${item.invoice_url ?? ""} />
    <${Field} name="method" label="How it is paid" maxlength="200" hint="In your own words." defaultValue=${item.method ?? ""} /><${Field} name="note" label="Note" as="textarea" maxlength="2000" defaultValue=${item.note ?? ""} /></div>`;
}

const given = (form) => ({ amount: text(form, "amount") ?? "", currency: text(form, "currency") ?? "", ...Object.fromEntries(TEXTS.map((name) => [name, text(form, name)])) });

function Change({ item, changed }) {
  const send = async (form) => {
    await patch(`/v1/payments/${item.payment_id}`, { ...given(form), refunded: text(form, "refunded"), refunded_on: text(form, "refunded_on"), waived_on: text(form, "waived_on") }, tagOf(item));
    await changed();
    return "Saved.";
  };
  return html`<details><summary>Change</summary><${Form} label="Save" send=${send}><${Fields} item=${item} />
      <div class="halves"><${Field} name="refunded" label="How much came back" inputmode="decimal" defaultValue=${item.refunded ?? ""} /><${Field} name="refunded_on" label="Came back on" type="date" defaultValue=${item.refunded_on ?? ""} />
        <${Field} name="waived_on" label="Owed no more since" type="date" hint="Though nothing was paid." defaultValue=${item.waived_on ?? ""} /></div><//>
    ${!item.paid_on && html`<div class="row answers"><${Confirm} label="Remove it" title="Remove this payment?" yes="Remove it" act=${async () => { await remove(`/v1/payments/${item.payment_id}`); await changed(); }}
      impact=${async () => html`<p>For what was written down by mistake. The history of the placement keeps a line of it. What is owed no more is better changed than removed.</p>`} /></div>`}</details>`;
}

function Pay({ item, changed }) {
  const act = async () => { await patch(`/v1/payments/${item.payment_id}`, { paid_on: today() }, tagOf(item)); await changed(); };
  return html`<div class="row answers"><${Confirm} label="Paid today" title="Was it paid today?" yes="Yes, it was paid" act=${act} impact=${async () => html`<p>${item.sentence} It is written down as paid today; nothing is transferred by this.</p>`} /></div>`;
}

export function Payment({ item, changed, children }) {
  return html`<div class="payment"><div class="row between"><p><b>${item.amount} ${item.currency}</b> ${children}</p><span class=${`tag ${TONES[item.state]}`}>${item.label}</span></div>
    <p>${item.sentence}</p>
    ${(item.invoice_no || item.invoice_url) && html`<p class="small wrap">Invoice ${item.invoice_url ? html`<${External} href=${item.invoice_url}>${item.invoice_no ?? item.invoice_url}<//>` : item.invoice_no}</p>`}${item.note && html`<p class="small wrap muted">${item.note}</p>`}
    ${canEdit(item.site_id) && html`${["due", "overdue"].includes(item.state) && html`<${Pay} item=${item} changed=${changed} />`}<${Change} item=${item} changed=${changed} />`}</div>`;
}

function Add({ item, changed }) {
  const send = async (form, element) => {
    const values = Object.fromEntries(Object.entries(given(form)).filter(([, value]) => value !== null));
    await post("/v1/payments", { placement_id: item.placement_id, ...values });
    element.reset();
    await changed();
    return "Written down.";
  };
  return html`<details><summary>Write a payment down</summary><${Form} label="Write it down" send=${send}><${Fields} item=${item.price ?? {}} /><//></details>`;
}

function Back({ item }) {
  const [language, setLanguage] = useState("en");
  const state = useLoad(() => get(`/v1/placements/${item.placement_id}/refund`, { language }), [item.placement_id, language, item.version]);
  return html`<${Loading} what="what may be asked back" state=${state}>${(found) => html`<ul class="plain">${found.sentences.map((one) => html`<li>${one}</li>`)}</ul>
    ${found.letter && html`<${CopyText} label="A letter that asks for it" rows=${8} text=${`${found.letter.subject}\n\n${found.letter.text}`} /><button type="button" onClick=${() => setLanguage(language === "en" ? "de" : "en")}>${language === "en" ? "In German" : "In English"}</button>
      <p class="muted small">Nothing is sent by this. It is reckoned by days, which is fair to begin with and no claim in law.</p>`}`}<//>`;
}

// The money of one placement; what was paid is asked for when it is opened.
export function Money({ item }) {
  const [open, setOpen] = useState(false);
  const [turn, setTurn] = useState(0);
  const state = useLoad(async () => (open ? (await get("/v1/payments", { placement_id: item.placement_id, limit: 100 })).items : []), [item.placement_id, open], turn);
  const changed = () => setTurn((before) => before + 1);
  return html`<details onToggle=${(event) => event.target === event.currentTarget && setOpen(event.currentTarget.open)}><summary>Money</summary>
    ${open && html`<${Loading} what="payments" state=${state}>${(made) => html`${made.length === 0 && html`<p class="muted">No payment is written down for it.</p>`}
      ${made.map((one) => html`<${Payment} key=${`${one.payment_id} ${one.version}`} item=${one} changed=${changed} />`)}`}<//>
      ${canEdit(item.site_id) && item.state !== "cancelled" && html`<${Add} item=${item} changed=${changed} />`}
      ${item.state === "lost" && html`<h3>What may be asked back</h3><${Back} item=${item} />`}`}</details>`;
}

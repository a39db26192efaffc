// Offers: the amounts that a conversation names, what was offered in turn, and a person's decision.
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { html, Moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { link } from "../route.js";
import { Confirm } from "./confirm.js";
import { Check, Field, Form } from "./form.js";
import { canEdit } from "./rights.js";

const TONES = { open: "warn", accepted: "good", declined: "", expired: "" };
const PERS = [["once", "Once"], ["year", "Each year"], ["month", "Each month"]];
const RELS = [["", "Nothing was said"], ["followed", "Followed"], ["sponsored", "sponsored"], ["nofollow", "nofollow"], ["ugc", "ugc"]];
const text = (form, name) => form.get(name)?.trim() || null;
const tagged = (one) => `W/"${one.version}"`;

function options(list, chosen) {
  return list.map(([code, label]) => html`<option value=${code} selected=${code === (chosen ?? "")}>${label}</option>`);
}

function given(form) {
  const rel = text(form, "rel");
  return {
    amount: text(form, "amount"), currency: text(form, "currency"), per: form.get("per"), plus_tax: form.get("plus_tax") === "on",
    months: text(form, "months") && Number(text(form, "months")), rel: rel && (rel === "followed" ? [] : [rel]),
    method: text(form, "method"), target_url: text(form, "target_url"),
  };
}

function Terms({ item = {} }) {
  const rel = item.rel && (item.rel[0] ?? "followed");
  return html`<div class="halves"><${Field} name="amount" label="Amount" inputmode="decimal" hint="0 is for nothing." defaultValue=${item.amount ?? ""} /><${Field} name="currency" label="Currency" maxlength="3" hint="Three letters, such as EUR." defaultValue=${item.currency ?? ""} />
    <${Field} name="per" label="To be paid" as="select">${options(PERS, item.per)}<//><${Field} name="months" label="So many months" type="number" min="1" step="1" hint="How long the link stays." defaultValue=${item.months ?? ""} />
    <${Field} name="rel" label="Marked as" as="select">${options(RELS, rel)}<//><${Field} name="target_url" label="Your page that it links to" type="url" defaultValue=${item.target_url ?? ""} />
    <${Field} name="method" label="How it is got" maxlength="80" defaultValue=${item.method ?? ""} /></div><${Check} name="plus_tax" label="Tax comes on top" defaultChecked=${item.plus_tax} />`;
}

function Counter({ item, changed }) {
  const send = async (form) => {
    await post(`/v1/offers/${item.offer_id}/turns`, { made_by: form.get("made_by"), ...given(form) }, tagged(item));
    await changed();
    return "Written down. Nobody is written to by this.";
  };
  return html`<details><summary>A counter-offer</summary><${Form} label="Write it down" send=${send}><${Field} name="made_by" label="Whose" as="select"><option value="us">Ours</option><option value="them">Theirs</option><//><${Terms} item=${item} /><//></details>`;
}

function Accept({ item, changed }) {
  const send = async (form) => {
    const answer = await post(`/v1/offers/${item.offer_id}/accept`, { referring_url: text(form, "referring_url"), anchor_text: text(form, "anchor_text"), go_live_on: text(form, "go_live_on"), due_on: text(form, "due_on"), over_budget: form.get("over_budget") === "on" }, tagged(item));
    await changed();
    return [answer.sentence, ...answer.warnings].join(" ");
  };
  return html`<details><summary>Accept it</summary><p>${item.sentence} ${item.in_all}</p><p class="muted">It becomes a placement with these terms. Nobody is written to by this: tell them yourself.</p><${Form} label="Accept these terms" send=${send}><div class="halves">
    <${Field} name="referring_url" label="Page" type="url" hint=${`Of ${item.referring_domain}; may be left out.`} defaultValue=${item.referring_url ?? ""} /><${Field} name="anchor_text" label="Words of the link" maxlength="500" />
    <${Field} name="go_live_on" label="Live from" type="date" /><${Field} name="due_on" label="First payment by" type="date" hint="Writes the payments down, too." /></div><${Check} name="over_budget" label="Even if it is over the budget of the campaign" /><//></details>`;
}

function History({ item }) {
  const [open, setOpen] = useState(false);
  const state = useLoad(async () => (open ? (await get(`/v1/offers/${item.offer_id}`)).history : []), [item.offer_id, item.version, open]);
  return html`<details onToggle=${(event) => setOpen(event.currentTarget.open)}><summary>What was said in turn (${item.turns})</summary>${open && html`<${Loading} what="turns" state=${state}>${(turns) => html`<ol class="timeline">${turns.map((one) => html`<li key=${one.turn_id}><${Moment} at=${one.at} /> <b>${one.made_by === "us" ? "We" : "They"}:</b> ${one.sentence}${one.quote && html` <q>${one.quote}</q>`}</li>`)}</ol>`}<//>`}</details>`;
}

export function Offer({ item, changed }) {
  const decline = async () => { await post(`/v1/offers/${item.offer_id}/decline`, {}, tagged(item)); await changed(); };
  const may = canEdit(item.site_id) && ["open", "expired"].includes(item.state);
  return html`<article class="card item" aria-label=${`Offer, ${hostName(item.referring_domain)}`}><div class="row between"><h2>${hostName(item.referring_domain)}</h2><span class=${`tag ${TONES[item.state]}`}>${item.label}</span></div>
    <p>${item.sentence}</p>${item.state === "open" && html`<p class="muted">${item.in_all}</p>`}${item.placement_id && html`<p><a href=${link(["sites", item.site_id, "placements"])}>See the placement</a></p>`}
    <${History} item=${item} />${may && html`${item.state === "open" && html`<${Accept} item=${item} changed=${changed} />`}<${Counter} item=${item} changed=${changed} />
      <div class="row answers"><${Confirm} label="Decline it" title="Decline this offer?" yes="Decline it" act=${decline} impact=${async () => html`<p>It is written down as declined. Nobody is written to by this.</p>`} /></div>`}</article>`;
}

function Named({ one, threadId, siteId, changed }) {
  const keep = async () => {
    const { amount, currency, per, plus_tax, sentence, inbound_id } = one;
    await post("/v1/offers", { thread_id: threadId, made_by: "them", amount, currency, per, plus_tax, quote: sentence, inbound_id });
    await changed();
  };
  return html`<li><b>${one.words}</b> <q>${one.sentence}</q>${one.doubt && html` <span class="muted">${one.doubt}</span>`}${canEdit(siteId) && html` <button type="button" onClick=${keep}>Keep as an offer</button>`}</li>`;
}

// What a conversation says of money: amounts with their sentences, and the offers that were made of them.
export function OffersOf({ threadId, siteId }) {
  const [turn, setTurn] = useState(0);
  const changed = () => setTurn((before) => before + 1);
  const state = useLoad(async () => {
    const [named, made] = await Promise.all([get(`/v1/threads/${threadId}/amounts`), get("/v1/offers", { thread_id: threadId, limit: 50 })]);
    return { named: named.items, made: made.items };
  }, [threadId], turn);
  return html`<section><h2>What it costs</h2><${Loading} what="offers" state=${state}>${({ named, made }) => html`
    ${made.map((one) => html`<${Offer} key=${`${one.offer_id} ${one.version}`} item=${one} changed=${changed} />`)}
    ${named.length > 0 ? html`<p class="muted">Their letters name these amounts:</p><ul class="plain">${named.map((one) => html`<${Named} key=${`${one.inbound_id} ${one.words}`} one=${one} threadId=${threadId} siteId=${siteId} changed=${changed} />`)}</ul>` : made.length === 0 && html`<p class="muted">Their letters name no amount.</p>`}
    ${canEdit(siteId) && html`<${Add} place=${{ thread_id: threadId }} changed=${changed} />`}`}<//></section>`;
}

export function Add({ place, changed, children }) {
  const send = async (form, element) => {
    const more = Object.fromEntries(["referring_domain", "campaign", "valid_until"].map((name) => [name, text(form, name)]).filter(([, value]) => value));
    await post("/v1/offers", { ...place, ...more, made_by: form.get("made_by"), ...given(form) });
    element.reset();
    await changed();
    return "Written down. Nobody is written to by this.";
  };
  return html`<details class="card"><summary>Write an offer down</summary><${Form} label="Write it down" send=${send}>${children}<div class="halves"><${Field} name="made_by" label="Whose" as="select"><option value="them">Theirs</option><option value="us">Ours</option><//><${Field} name="valid_until" label="Stands until" type="date" /><${Field} name="campaign" label="Campaign" maxlength="80" /></div><${Terms} /><//></details>`;
}

// The fields of an agreement about one link, and what they say to the API.
import { html } from "../html.js";
import { choices } from "../state.js";
import { Field } from "./form.js";

const TEXTS = ["referring_url", "referring_domain", "target_url", "anchor_text", "position", "go_live_on", "until_on", "vendor_id", "method", "campaign", "note"];
const RELS = [["", "Nothing was agreed"], ["followed", "Must be followed"], ["nofollow", "nofollow"], ["sponsored", "sponsored"], ["ugc", "ugc"], ["nofollow,sponsored", "nofollow and sponsored"], ["nofollow,ugc", "nofollow and ugc"]];

// An empty field means: not agreed. In a new agreement it is left out, in an old one it is taken back.
export function termsOf(form, fresh = false) {
  const text = (name) => form.get(name)?.trim() || null;
  const given = Object.fromEntries(TEXTS.map((name) => [name, text(name)]));
  given.max_outlinks = text("max_outlinks") && Number(text("max_outlinks"));
  given.rel = text("rel") && (text("rel") === "followed" ? [] : text("rel").split(","));
  given.price = text("amount") && { amount: text("amount"), currency: text("currency") ?? "" };
  return fresh ? Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) : given;
}

const relOf = (rel) => (rel ? rel.join(",") || "followed" : "");

// A marking that the list above does not have stays as it is.
function rels(rel) {
  const mine = relOf(rel);
  return RELS.some(([code]) => code === mine) ? RELS : [...RELS, [mine, rel.join(" and ")]];
}

function options(list, chosen) {
  return list.map(([code, text]) => html`<option value=${code} selected=${code === (chosen ?? "")}>${text}</option>`);
}

export function Terms({ item = {}, vendors }) {
  return html`<div class="halves">
    <${Field} name="referring_url" label="Page" type="url" defaultValue=${item.referring_url ?? ""} /><${Field} name="referring_domain" label="Or only its domain" defaultValue=${item.referring_url ? "" : item.referring_domain ?? ""} />
    <${Field} name="target_url" label="Your page that it links to" type="url" defaultValue=${item.target_url ?? ""} /><${Field} name="anchor_text" label="Words of the link" maxlength="500" defaultValue=${item.anchor_text ?? ""} />
    <${Field} name="rel" label="Marked as" as="select">${options(rels(item.rel), relOf(item.rel))}<//>
    <${Field} name="position" label="Where on the page" as="select">${options([["", "Nothing was agreed"], ...choices("position").filter(([code]) => code !== "unknown")], item.position)}<//>
    <${Field} name="go_live_on" label="Live from" type="date" defaultValue=${item.go_live_on ?? ""} /><${Field} name="until_on" label="Must stay until" type="date" defaultValue=${item.until_on ?? ""} />
    <${Field} name="max_outlinks" label="Most outside links on the page" type="number" min="1" step="1" defaultValue=${item.max_outlinks ?? ""} />
    <${Field} name="vendor_id" label="Vendor" as="select">${options([["", "None"], ...vendors.map((one) => [one.vendor_id, one.name])], item.vendor_id)}<//>
    <${Field} name="amount" label="Price" inputmode="decimal" defaultValue=${item.price?.amount ?? ""} /><${Field} name="currency" label="Currency" maxlength="3" hint="Three letters, such as EUR." defaultValue=${item.price?.currency ?? ""} />
    <${Field} name="method" label="How it is got" maxlength="80" hint="Such as guest post; how long links live is drawn by it." defaultValue=${item.method ?? ""} /><${Field} name="campaign" label="Campaign" maxlength="80" defaultValue=${item.campaign ?? ""} />
    <${Field} name="note" label="Note" as="textarea" maxlength="2000" defaultValue=${item.note ?? ""} /></div>`;
}

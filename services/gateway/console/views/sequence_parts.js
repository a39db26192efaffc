// What several screens of sequences share: the choice of a mailbox, and values for variables.
import { get } from "../api.js";
import { html } from "../html.js";
import { useLoad } from "../load.js";
import { Field } from "../pieces/form.js";

const NONE = "None yet";

// `chosen`, with its `address`, stays on the list while the others are not known.
export function Mailboxes({ chosen, address }) {
  const { value } = useLoad(() => get("/v1/mailboxes"), []);
  const items = value?.items ?? (address ? [{ mailbox_id: chosen, address }] : []);
  const hint = value && items.length === 0 ? "Your workspace has no mailbox yet; set one up first." : "Needed before anybody is enrolled.";
  return html`<${Field} name="mailbox_id" label="Write from" as="select" hint=${hint}><option value="">${NONE}</option>${items.map((one) => html`
    <option key=${one.mailbox_id} value=${one.mailbox_id} selected=${one.mailbox_id === chosen}>${one.address}</option>`)}<//>`;
}

// `press_contact` is read as "press contact".
export const readable = (name) => name.replaceAll("_", " ");

// Fields for the values of variables; `about` tells apart fields of several prospects on one page.
export function Values({ needs, about = "" }) {
  return html`<div class="halves">${needs.map(({ name, sentence }) => html`<${Field} key=${name} name=${`${about}${name}`} label=${readable(name)} maxlength="500" hint=${sentence} autocomplete="off" />`)}</div>`;
}

export function valuesOf(form, needs, about = "") {
  return Object.fromEntries(needs.map(({ name }) => [name, (form.get(`${about}${name}`) ?? "").trim()]).filter(([, value]) => value));
}

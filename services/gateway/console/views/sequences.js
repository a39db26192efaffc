// Sequences: what is written to prospects step by step. Here they are listed and made; each has a page of its own.
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { count, html, many } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { go, link } from "../route.js";
import { live } from "../state.js";
import { Mailboxes, readable } from "./sequence_parts.js";
import { OneSequence } from "./sequence.js";

const LANGUAGES = { en: "English", de: "German" };
const OWN = "own";

function Sequence({ item, siteId }) {
  const { funnel } = item;
  return html`<article class="card item" aria-label=${item.name}>
    <div class="row between"><h2><a href=${link(["sites", siteId, "sequences"], { sequence: item.sequence_id })}>${item.name}</a></h2><span class="muted">${many(item.steps.length, "step")}${item.campaign ? `, campaign “${item.campaign}”` : ""}</span></div>
    <ul class="figures"><li><b>${count(funnel.enrolled)}</b>enrolled</li><li><b>${count(funnel.open)}</b>under way</li><li><b>${count(funnel.sent)}</b>written to</li><li><b>${count(funnel.replied.count)}</b>answered</li><li><b>${count(funnel.agreed.count)}</b>agreed</li><li><b>${count(funnel.placed.count)}</b>placed</li></ul>
    ${!item.mailbox_address && html`<p class="muted">It has no mailbox to write from yet.</p>`}</article>`;
}

function About({ playbook }) {
  if (!playbook) return html`<p class="muted">You write the first message here; further steps are added on its page.</p>`;
  return html`<div class="notice"><p>${playbook.sentence} ${many(playbook.steps.length, "step")}, all of which you can change.</p>
    <p>For each prospect you give:</p><dl class="facts">${playbook.needs.map((one) => html`<dt>${readable(one.name)}</dt><dd>${one.sentence}</dd>`)}</dl></div>`;
}

function New({ siteId }) {
  const [chosen, setChosen] = useState("guest_post en");
  const offered = useLoad(() => get("/v1/playbooks"), []);
  const playbook = (offered.value?.items ?? []).find((one) => `${one.way} ${one.language}` === chosen);
  const send = async (form) => {
    const steps = playbook ? { playbook: { way: playbook.way, language: playbook.language } } : { steps: [{ subject: form.get("subject"), body: form.get("body") }] };
    const made = await post("/v1/sequences", { site_id: siteId, name: form.get("name"), mailbox_id: form.get("mailbox_id") || null, campaign: form.get("campaign").trim() || null, ...steps });
    go(["sites", siteId, "sequences"], { sequence: made.sequence_id });
  };
  return html`<section class="card"><h2>Make a sequence</h2><${Loading} what="playbooks" state=${offered}>${({ items }) => html`
    <${Form} label="Make it" send=${send}><div class="halves"><${Field} name="name" label="Name" maxlength="120" required autocomplete="off" />
      <${Field} name="way" label="Begin with" as="select" onChange=${(event) => setChosen(event.target.value)}>${items.map((one) => html`<option key=${`${one.way} ${one.language}`} value=${`${one.way} ${one.language}`}>${one.label} (${LANGUAGES[one.language]})</option>`)}<option value=${OWN}>A text of your own</option><//>
      <${Mailboxes} /><${Field} name="campaign" label="Campaign" maxlength="80" hint="How long links live is drawn by it." /></div>
      <${About} playbook=${playbook} />
      ${chosen === OWN && html`<${Field} name="subject" label="Subject" maxlength="200" /><${Field} name="body" label="Message" as="textarea" rows="8" maxlength="10000" hint=${'Variables are written as {{firstname}} or {{firstname|fallback:"there"}}.'} />`}<//>`}<//></section>`;
}

export function Sequences({ siteId, filters }) {
  if (filters.sequence) return html`<${OneSequence} key=${filters.sequence} siteId=${siteId} sequenceId=${filters.sequence} filters=${filters} />`;
  return html`<h1>Sequences</h1><p class="muted">A message to a prospect, and reminders while nobody answers. Nothing goes out by itself: a person reads and approves each message. A person, and a whole domain, is written to by one sequence at a time, and not again within 100 days.</p><${ReadOnly} siteId=${siteId} />
    <${Paged} what="sequences" path="/v1/sequences" params=${{ site_id: siteId }} size=${20} turn=${live.value.turn} empty=${html`<p>None yet. ${canEdit(siteId) ? "Make one below; nobody is written to by that." : ""}</p>`}>${(items) => items.map((item) => html`<${Sequence} key=${`${item.sequence_id} ${item.version}`} item=${item} siteId=${siteId} />`)}<//>
    ${canEdit(siteId) && html`<${New} siteId=${siteId} />`}`;
}

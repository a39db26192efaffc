// What came back: conversations with what each newest mail is, and one conversation with an answer to it.
import { useState } from "preact/hooks";
import { get, patch, post } from "../api.js";
import { html, moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Choice } from "../pieces/choice.js";
import { Field, Form } from "../pieces/form.js";
import { OffersOf } from "../pieces/offers.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { link } from "../route.js";
import { live } from "../state.js";

const STATES = [["open", "Wait for your answer"], ["answered", "You answered"], ["closed", "Nothing to do"]];
const LOOK = { open: "warn" };
const KINDS = [["human", "A person answered"], ["auto_reply", "An automatic reply"], ["unsubscribe", "Asks for no more mail"], ["noreply", "From an address that nobody reads"]];
const INTENTS = [["interested", "Interested"], ["question", "Asks a question"], ["price_quote", "Names a price"], ["not_now", "Not now"], ["not_interested", "Not interested"], ["wrong_person", "The wrong person"], ["already_linked", "The link is there"], ["other", "Something else"]];
const SENT = { pending_approval: "waits for approval", approved: "approved", sending: "being sent", sent: "sent", rejected: "refused by their server", in_doubt: "perhaps sent", cancelled: "cancelled" };

const nameOf = (mail) => mail.from_name || mail.from_email;

function Thread({ one, siteId }) {
  const { newest } = one;
  return html`<article class="card item" aria-label=${nameOf(newest)}><div class="row between"><h2><a href=${link(["sites", siteId, "inbox"], { thread: one.thread_id })}>${nameOf(newest)}</a></h2><span class="row"><span class="tag">${newest.label}</span><span class=${`tag ${LOOK[one.state] ?? ""}`}>${one.state_words}</span></span></div>
    <p class="wrap">${newest.subject || newest.removed || "(no subject)"}<span class="muted">, ${moment(newest.received_at)}</span></p>${one.state === "open" && html`<p><strong>${newest.todo}</strong></p>`}</article>`;
}

function Facts({ mail }) {
  return html`<p><span class="tag">${mail.label}</span>${mail.price && html` ${mail.price.amount} ${mail.price.currency}`}${mail.resume_on && html` Away until ${mail.resume_on}.`}</p>
    <p class="muted small wrap">${mail.corrected_by ? `${mail.corrected_by} said so.` : mail.decided_by ? html`Told by: “${mail.decided_by}”` : mail.removed ? "" : "No rule fits; read it yourself."}${mail.match === "weak" && " It names no message of yours, but comes from somebody you wrote to."}</p>`;
}

function Correct({ threadId, mail, changed }) {
  const [kind, setKind] = useState("human");
  const send = async (form) => {
    await patch(`/v1/threads/${threadId}/mails/${mail.inbound_id}`, { kind, ...(kind === "human" && { intent: form.get("intent") }) });
    await changed();
  };
  return html`<details><summary>It is something else</summary><${Form} label="Say what it is" send=${send}><${Field} name="kind" label="What it is" as="select" onChange=${(event) => setKind(event.target.value)}>${KINDS.map(([code, label]) => html`<option value=${code}>${label}</option>`)}<//>
    ${kind === "human" && html`<${Field} name="intent" label="What they want" as="select">${INTENTS.map(([code, label]) => html`<option value=${code} selected=${code === mail.intent}>${label}</option>`)}<//>`}<//></details>`;
}

function Mail({ mail, threadId, siteId, changed }) {
  return html`<article class="card" aria-label=${`From ${nameOf(mail)}`}><div class="row between"><h2>${nameOf(mail)}</h2><span class="muted">${moment(mail.received_at)}</span></div>
    <${Facts} mail=${mail} />${mail.removed ? html`<p class="muted">${mail.removed}</p>` : html`<p class="text wrap" style="white-space:pre-wrap">${mail.text || mail.subject || "It has no text."}</p>`}${canEdit(siteId) && html`<${Correct} threadId=${threadId} mail=${mail} changed=${changed} />`}</article>`;
}

function Ours({ message }) {
  return html`<article class="card" aria-label=${`To ${message.to_email}`}><div class="row between"><h2>You, to ${message.to_email}</h2><span class="muted">${SENT[message.state]}, ${moment(message.at)}</span></div>
    ${message.removed ? html`<p class="muted">${message.removed}</p>` : html`<p><b>${message.subject}</b></p><p class="text wrap" style="white-space:pre-wrap">${message.text}</p>`}${message.because && html`<p class="muted small">${message.because}</p>`}</article>`;
}

function Answer({ threadId, changed }) {
  const send = async (form, element) => {
    await post(`/v1/threads/${threadId}/replies`, { text: form.get("text") });
    element.reset();
    await changed();
    return "Written. It goes out when somebody approved it.";
  };
  return html`<section class="card"><h2>Answer</h2><${Form} label="Write it" send=${send}><${Field} name="text" label="Your answer" as="textarea" rows="8" maxlength="20000" hint="It waits for approval like every message." required /><//></section>`;
}

function Conversation({ threadId, siteId }) {
  const [turn, setTurn] = useState(0);
  const state = useLoad(() => get(`/v1/threads/${threadId}`), [threadId, turn, live.value.turn]);
  const changed = () => setTurn((before) => before + 1);
  return html`<p><a href=${link(["sites", siteId, "inbox"])}>All conversations</a></p><${Loading} what="the conversation" state=${state}>${({ entries }) => {
    const last = entries.filter((entry) => entry.mail).at(-1)?.mail;
    return html`<h1>${last ? nameOf(last) : "Conversation"}</h1>${last?.todo && html`<div class="notice"><p>${last.todo}</p></div>`}
      ${entries.map((entry) => entry.mail ? html`<${Mail} key=${entry.mail.inbound_id} mail=${entry.mail} threadId=${threadId} siteId=${siteId} changed=${changed} />` : html`<${Ours} key=${entry.message.message_id} message=${entry.message} />`)}
      ${canEdit(siteId) && entries.some((entry) => entry.mail?.kind === "human") && html`<${Answer} threadId=${threadId} changed=${changed} />`}
      ${entries.some((entry) => entry.mail?.kind === "human") && html`<${OffersOf} key=${entries.length} threadId=${threadId} siteId=${siteId} />`}`;
  }}<//>`;
}

export function Inbox({ siteId, filters }) {
  const [state, setState] = useState("");
  if (filters.thread) return html`<${Conversation} key=${filters.thread} siteId=${siteId} threadId=${filters.thread} />`;
  return html`<h1>Inbox</h1><p class="muted">What came back to messages for this site. Automatic replies and bounces are told from answers of people; what waits for somebody who answered is cancelled at once. Other mail of your mailboxes is not kept.</p><${ReadOnly} siteId=${siteId} />
    <${Choice} label="Show" value=${state} options=${STATES} empty="All" change=${setState} />
    <${Paged} what="conversations" path="/v1/threads" params=${{ site_id: siteId, state }} size=${25} turn=${live.value.turn} empty=${html`<p>Nothing came back yet. Answers are read from mailboxes that have an IMAP server.</p>`}>${(items) => items.map((one) => html`<${Thread} key=${one.newest.inbound_id} one=${one} siteId=${siteId} />`)}<//>`;
}

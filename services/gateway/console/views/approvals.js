// Approvals: what would go out to other sites, read whole and let out by a person, one by one or all that is shown.
import { useRef, useState } from "preact/hooks";
import { get, patch, post } from "../api.js";
import { count, html, many, moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { go, link } from "../route.js";
import { choices, live } from "../state.js";

const WAITING = "pending_approval";
const TONES = { sent: "good", rejected: "bad", in_doubt: "warn" };
const EMPTY = { [WAITING]: "Nothing waits for approval.", in_doubt: "Nothing is in doubt." };

async function approve(messages) {
  const { approved, refused } = await post("/v1/messages/approve", { messages: messages.map((one) => ({ message_id: one.message_id, hash: one.hash })) });
  if (refused.length > 0) throw new Error(`${many(approved.length, "message")} approved, ${count(refused.length)} not: ${refused[0].because}`);
}

// The card behind this one, for whoever reads on by keyboard.
function step(card, forward) {
  const cards = [...(card.closest(".queue")?.querySelectorAll(".item") ?? [])];
  cards[cards.indexOf(card) + (forward ? 1 : -1)]?.focus();
}

function Edit({ item, done }) {
  const send = async (form) => {
    await patch(`/v1/messages/${item.message_id}`, { subject: form.get("subject"), text: form.get("text") }, `W/"${item.version}"`);
    await done();
  };
  return html`<${Form} label="Save" send=${send}><${Field} name="subject" label="Subject" maxlength="200" defaultValue=${item.subject} required />
    <${Field} name="text" label="Text" as="textarea" rows="10" maxlength="10000" defaultValue=${item.text} required /><//>
    <p class="muted small">A change must be approved anew.</p>`;
}

function Doubt({ item, act, news }) {
  const say = (outcome) => act.run(async () => { await post(`/v1/messages/${item.message_id}/resolve`, { outcome }); news(); });
  return html`<div class="row answers"><button type="button" disabled=${act.busy} onClick=${() => say("sent")}>It was sent</button>
    <button type="button" disabled=${act.busy} onClick=${() => say("unsent")}>It was not sent</button></div>`;
}

function Dates({ item }) {
  const said = [item.sent_at ? `Sent ${moment(item.sent_at)}` : `Due ${moment(item.due_at)}`, item.approved_by && `approved by ${item.approved_by}`, item.step_no && `step ${item.step_no} of its sequence${item.variant ? `, text ${item.variant}` : ""}`, item.parent_message_id && "follows an earlier message"];
  return html`<p class="muted small">${said.filter(Boolean).join(", ")}.</p>`;
}

export function Message({ item, may, news }) {
  const box = useRef(null);
  const act = useAct();
  const [editing, setEditing] = useState(false);
  const waits = may && item.state === WAITING;
  const isOpen = may && [WAITING, "approved"].includes(item.state);
  const letOut = () => act.run(async () => { step(box.current, true); await approve([item]); news(); });
  const cancel = () => act.run(async () => { step(box.current, true); await post(`/v1/messages/${item.message_id}/cancel`); news(); });
  const keys = { n: () => step(box.current, true), p: () => step(box.current, false), ...(waits && { a: letOut }), ...(isOpen && { e: () => setEditing(true), x: cancel }) };
  function keyed(event) {
    if (event.target !== box.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const deed = keys[event.key.toLowerCase()];
    if (!deed) return;
    event.preventDefault();
    deed();
  }
  return html`<article ref=${box} class="card item" tabindex="0" onKeyDown=${keyed} aria-label=${`To ${item.to_email}: ${item.subject}`}>
    <div class="row between"><h2>${item.subject || "A message"}</h2><span class=${`tag ${TONES[item.state] ?? ""}`}>${item.words.label}</span></div>
    <p class="wrap">To <strong>${item.to_name ? `${item.to_name} <${item.to_email}>` : item.to_email}</strong> from ${item.from_email ?? "a mailbox that was removed"}</p>
    <${Dates} item=${item} />
    ${item.because && html`<p class="wrap"><strong>${item.because}</strong></p>`}
    ${editing && isOpen ? html`<${Edit} item=${item} done=${news} />` : item.removed ? html`<p class="muted">${item.removed}</p>` : html`<div class="letter">${item.text}</div><div class="letter muted small">${"-- \n"}${item.footer}</div>`}
    ${item.state === "in_doubt" && html`<p>${item.words.sentence} ${item.words.todo}</p><p class="muted">${item.sent_look ?? "If the mailbox is read by IMAP, its Sent folder is looked into by itself; what lies there was sent."}</p>${may && html`<${Doubt} item=${item} act=${act} news=${news} />`}`}
    ${isOpen && html`<div class="row answers">${waits && html`<button type="button" class="main" disabled=${act.busy} aria-keyshortcuts="a" onClick=${letOut}>Approve</button>`}
      <button type="button" disabled=${act.busy} aria-keyshortcuts="e" onClick=${() => setEditing(!editing)}>${editing ? "Leave as it is" : "Edit"}</button>
      ${waits && html`<button type="button" aria-keyshortcuts="n" onClick=${() => step(box.current, true)}>Skip</button>`}
      <button type="button" disabled=${act.busy} aria-keyshortcuts="x" onClick=${cancel}>Don’t send</button></div>`}
    <div class=${act.problem ? "" : "hidden"}><${Outcome} act=${act} /></div></article>`;
}

function ApproveAll({ items, news }) {
  const impact = async () => html`<p>They go out as they stand here, when they are due and their mailboxes may send.</p>
    <ul>${items.map((one) => html`<li class="wrap">${one.to_email}: ${one.subject}</li>`)}</ul>`;
  return html`<${Confirm} label=${`Approve all ${count(items.length)} shown`} title=${`Approve ${many(items.length, "message")}?`} yes="Approve them" impact=${impact} act=${async () => { try { await approve(items); } finally { news(); } }} />`;
}

// What the switch of the workspace means for all that is approved here.
export function Switch({ siteId, turn }) {
  const state = useLoad(() => get("/v1/outreach/settings"), [], turn);
  return html`<${Loading} what="settings" state=${state}>${(settings) => !settings.sending && html`<div class="notice"><p>${settings.sentence} What you approve waits until then. <a href=${link(["sites", siteId, "mailboxes"])}>See mailboxes and the switch</a></p></div>`}<//>`;
}

export function Approvals({ siteId, filters }) {
  const chosen = filters.state ?? WAITING;
  const [turn, setTurn] = useState(0);
  const news = () => setTurn((before) => before + 1);
  const may = canEdit(siteId);
  const sort = chosen === "sent" ? "-created" : "due";
  return html`<h1>Approvals</h1><p class="muted">Mail to other sites goes out only when a person has read and approved it, exactly as it stands.</p>
    <${ReadOnly} siteId=${siteId} /><${Switch} siteId=${siteId} turn=${turn} />
    <div class="row controls"><${Choice} label="Show" value=${chosen} options=${choices("message")} change=${(state) => go(["sites", siteId, "approvals"], { state })} /></div>
    ${may && chosen === WAITING && html`<p class="muted small">With a message in focus: <kbd>a</kbd> Approve <kbd>e</kbd> Edit <kbd>x</kbd> Don’t send <kbd>n</kbd> Next <kbd>p</kbd> Previous</p>`}
    <${Paged} what="messages" path="/v1/messages" params=${{ site_id: siteId, state: chosen, sort, include: "count" }} size=${10} turn=${`${turn} ${live.value.turn}`}
      empty=${html`<p>${EMPTY[chosen] ?? "There is none."} Messages come from <a href=${link(["sites", siteId, "sequences"])}>sequences</a>, or are written one by one below.</p>`}>${(items, page) => html`
      <div class="row between"><p class="muted" role="status">${many(page.count, "message")}.</p>${may && chosen === WAITING && html`<${ApproveAll} items=${items} news=${news} />`}</div>
      <div class="queue">${items.map((item) => html`<${Message} key=${`${item.message_id} ${item.version}`} item=${item} may=${may} news=${news} />`)}</div>`}<//>
    ${may && html`<${Write} siteId=${siteId} done=${news} />`}`;
}

function Write({ siteId, done }) {
  const mailboxes = useLoad(() => get("/v1/mailboxes"), []);
  const send = async (form, element) => {
    const kept = Object.fromEntries([...form].filter(([, value]) => value.trim() !== ""));
    await post("/v1/messages", { site_id: siteId, ...kept });
    element.reset();
    done();
    return "Written. It waits above for approval.";
  };
  return html`<${Loading} what="mailboxes" state=${mailboxes}>${({ items }) => items.length > 0 && html`<section class="card"><h2>Write a message</h2><${Form} label="Put it up for approval" send=${send}>
    <${Field} name="mailbox_id" label="From" as="select">${items.map((one) => html`<option value=${one.mailbox_id}>${one.address}</option>`)}<//>
    <${Field} name="to_email" label="To" type="email" maxlength="254" required /><${Field} name="to_name" label="Name of the reader" maxlength="200" />
    <${Field} name="subject" label="Subject" maxlength="200" required /><${Field} name="text" label="Text" as="textarea" rows="8" maxlength="10000" required /><//></section>`}<//>`;
}

// Channels: where the team is told of alerts; an address is given once and never shown again.
import { useState } from "preact/hooks";
import { get, patch, post, remove } from "../api.js";
import { count, html, many, moment } from "../html.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Acting } from "../pieces/buttons.js";
import { ChatPeople } from "../pieces/chat_people.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { inWorkspace } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";
import { link } from "../route.js";
import { advice, choices, saying, word } from "../state.js";

const SECRET_HINT = "It is stored encrypted and never shown again.";

// What a form says of where messages go; fields that the kind does not have are not sent.
function place(form) {
  const address = form.get("address")?.trim();
  const chat = form.get("chat")?.trim();
  const emails = form.get("emails")?.split(/[\s,;]+/).filter(Boolean);
  return { ...(address && { address }), ...(chat && { chat }), ...(emails && { emails }) };
}

function Place({ kind, one }) {
  const kept = one && " Leave this empty to keep it.";
  if (kind === "email") {
    return html`<${Field} name="emails" as="textarea" label="People" hint="Their e-mail addresses, with commas between; up to 20 people of the workspace." defaultValue=${one?.emails?.join(", ") ?? ""} required=${!one} />`;
  }
  const [label, type] = kind === "telegram" ? ["Token of the bot", "password"] : ["Address of the webhook", "url"];
  return html`<${Field} name="address" type=${type} autocomplete="off" label=${label} hint=${`${SECRET_HINT}${kept ?? ""}`} required=${!one} />
    ${kind === "telegram" && html`<${Field} name="chat" label="Chat" hint="The number of the chat, or @name of a public channel." defaultValue=${one?.chat ?? ""} required />`}`;
}

function Add({ done }) {
  const [kind, setKind] = useState("slack");
  const send = async (form, element) => {
    await post("/v1/channels", { name: form.get("name").trim(), kind, ...place(form) });
    element.reset();
    done();
    return "Added. Send a test, then name it in a rule.";
  };
  return html`<section class="card"><h2>Add a channel</h2>
    <div class="row controls"><${Choice} label="By" value=${kind} options=${choices("channel")} change=${setKind} /></div>
    <p>${saying("channel", kind)} ${advice("channel", kind)}</p>
    <${Form} key=${kind} label="Add it" send=${send}><${Field} name="name" label="Name" maxlength="200" hint="Rules name it by this." required /><${Place} kind=${kind} /><//></section>`;
}

const HEADS = ["Alert", "State", ["Attempts", "number"], "Last", "Next"];

function told(notice) {
  return [html`<span class="wrap">${notice.title}${notice.email ? ` (to ${notice.email})` : ""}</span>`, word("delivery", notice.state), count(notice.attempts),
    html`<span class="wrap">${notice.last_at ? `${moment(notice.last_at)}: ` : ""}${notice.sentence}</span>`, notice.next_at ? moment(notice.next_at) : "–"];
}

function Notices({ one, turn }) {
  return html`<${Paged} what="alerts" path=${`/v1/channels/${one.id}/deliveries`} size=${20} turn=${turn} empty=${html`<p>No alert yet.</p>`}>${(items) => html`<${Table} caption=${`Alerts for ${one.name}`} heads=${HEADS}
    rows=${items.map((notice) => ({ key: notice.id, cells: told(notice) }))} />`}<//>`;
}

function Change({ one, change }) {
  const send = async (form, element) => {
    await change({ name: form.get("name").trim(), ...place(form) });
    if (element.elements.address) element.elements.address.value = "";
    return "Saved.";
  };
  return html`<${Form} label="Save" send=${send}><${Field} name="name" label="Name" maxlength="200" defaultValue=${one.name} required /><${Place} kind=${one.kind} one=${one} /><//>`;
}

const LOOK_MS = 3000;
const LOOKS = 40;

// Looks for two minutes whether what was pressed in the chat has arrived.
async function arrival(one, news) {
  for (let round = 0; round < LOOKS; round++) {
    await new Promise((wake) => setTimeout(wake, LOOK_MS));
    const now = await get(`/v1/channels/${one.id}`).catch(() => undefined);
    if (!now || now.called_back_at !== one.called_back_at) return news();
  }
}

function look(one) {
  if (!one.active) return ["", "switched off"];
  if (one.failing_since) return ["warn", "takes nothing"];
  return one.delivered_at ? ["good", "works"] : ["", "not tried yet"];
}

function Channel({ one, news, turn }) {
  const act = useAct();
  const [open, setOpen] = useState(false);
  const [acting, setActing] = useState(false);
  const [tone, state] = look(one);
  const change = async (body) => { await patch(`/v1/channels/${one.id}`, body, `W/"${one.version}"`); news(); };
  const test = () => act.run(async () => {
    const { taken, sentence } = await post(`/v1/channels/${one.id}/tests`);
    news();
    if (taken && one.kind !== "email") arrival(one, news);
    return taken && one.kind !== "email" ? `${sentence} Now press “It arrives” in the chat: that it arrived is shown here.` : sentence;
  });
  const flip = () => act.run(async () => { await change({ active: !one.active }); return one.active ? "Switched off. Alerts for it are kept for 30 days." : "Switched on: what is due is told now."; });
  return html`<article class="card item" aria-label=${one.name}><div class="row between"><h2 class="wrap">${one.name}</h2><span class=${`tag ${tone}`}>${state}</span></div>
    <p class="wrap">${word("channel", one.kind)}${one.chat ? ` ${one.chat}` : ""}${one.kind === "email" ? `: ${one.emails.join(", ")}` : ""}</p>
    ${one.called_back_at && html`<p>What is pressed there arrives: last ${moment(one.called_back_at)}, by ${one.called_back_by}.</p>`}
    <p>${one.sentence} <span class="muted">${many(one.waiting, "alert")} waiting.${one.delivered_at ? ` Last taken ${moment(one.delivered_at)}.` : ""}</span></p>
    <div class="row"><button type="button" onClick=${test}>Send a test</button>
      <button type="button" onClick=${flip}>${one.active ? "Switch off" : "Switch on"}</button>
      <${Confirm} label="Remove" title=${`Remove “${one.name}”?`} yes="Remove it" impact=${async () => html`<p>Nothing more is told there; ${many(one.waiting, "alert")} that wait for it stay in the console. Rules that name it go on without it.</p>`} act=${async () => { await remove(`/v1/channels/${one.id}`); news(); }} /></div>
    <${Outcome} act=${act} />
    ${one.kind !== "email" && html`<details onToggle=${(event) => setActing(event.currentTarget.open)}><summary>Acting from the chat</summary>${acting && html`<${Acting} one=${one} change=${change} done=${news} />`}</details>`}
    <details><summary>Change</summary><${Change} one=${one} change=${change} /></details>
    <details onToggle=${(event) => setOpen(event.currentTarget.open)}><summary>Alerts told</summary>${open && html`<${Notices} one=${one} turn=${turn} />`}</details></article>`;
}

export function Channels({ siteId }) {
  const [turn, setTurn] = useState(0);
  const news = () => setTurn((before) => before + 1);
  if (!inWorkspace("owner")) return html`<h1>Channels</h1><p class="muted">Owners of the workspace say where alerts are told.</p>`;
  return html`<h1>Channels</h1><p class="muted">Where alerts are told beside this console. <a href=${link(["sites", siteId, "rules"])}>Rules</a> say which alerts go where, and when; all that is due at one moment comes as one message.</p>
    <${Paged} what="channels" path="/v1/channels" size=${50} turn=${turn} empty=${html`<p>There is none yet: alerts stay in the console.</p>`}>${(items) => items.map((one) => html`<${Channel} key=${one.id} one=${one} news=${news} turn=${turn} />`)}<//>
    <${Add} done=${news} />
    <section class="card"><h2>Who is known in chats</h2><${ChatPeople} path="/v1/chat-people" empty="Nobody has said yet who they are in a chat." /></section>`;
}

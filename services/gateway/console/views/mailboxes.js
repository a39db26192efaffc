// Mailboxes: the switch of outgoing mail, and the addresses that a team writes to other sites from.
import { useState } from "preact/hooks";
import { get, patch, post, put, remove } from "../api.js";
import { count, html, moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { inWorkspace } from "../pieces/rights.js";
import { choices, word } from "../state.js";
import { MailApps, PROVIDERS, SignInButton } from "./mail_sign_in.js";

const TONES = { ready: "good", paused: "warn" };
const LEVELS = { good: ["good", "in order"], warning: ["warn", "look"], stop: ["bad", "mend"] };
const SAFE = { smtp_port: 587, smtp_security: "starttls", imap_port: 993, imap_security: "tls" };
const SERVERS = { // of providers that are known
  google: { smtp_host: "smtp.gmail.com", imap_host: "imap.gmail.com", ...SAFE },
  microsoft: { smtp_host: "smtp.office365.com", imap_host: "outlook.office365.com", ...SAFE },
};
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

function Power({ settings, changed }) {
  const save = async (form) => {
    await put("/v1/outreach/settings", { sending: settings.sending, sender_name: form.get("sender_name"), postal_address: form.get("postal_address") });
    await changed();
    return "Saved.";
  };
  const flip = async () => {
    await put("/v1/outreach/settings", { sending: !settings.sending, sender_name: settings.sender_name, postal_address: settings.postal_address });
    await changed();
  };
  const off = settings.sending;
  const mayFlip = inWorkspace(off ? "editor" : "owner") && (off || settings.allowed);
  return html`<section class="card" aria-label="The switch"><div class="row between"><h2>Outgoing mail</h2><span class=${`tag ${off ? "good" : ""}`}>${off ? "on" : "off"}</span></div>
    <p>${settings.sentence}${settings.switched_at && html` <span class="muted">Switched ${off ? "on" : "off"} by ${settings.switched_by}, ${moment(settings.switched_at)}.</span>`}</p>
    ${inWorkspace("editor") && html`<${Form} label="Save" send=${save}><${Field} name="sender_name" label="Who writes" maxlength="100" hint="Where a mailbox has no name of its own." defaultValue=${settings.sender_name} />
      <${Field} name="postal_address" label="Postal address" maxlength="300" hint="Stands below every letter: many laws want to see who writes." defaultValue=${settings.postal_address} /><//>`}
    ${mayFlip && html`<div class="row answers"><${Confirm} key=${String(off)} label=${off ? "Switch mail off" : "Switch mail on"} title=${off ? "Switch mail off?" : "Switch mail on?"} yes=${off ? "Switch it off" : "Switch it on"} act=${flip}
      impact=${async () => (off ? html`<p>Nothing goes out any more from this moment on. What is approved stays approved and waits.</p>` : html`<p>From now on, messages that a person approved go out from the mailboxes that are ready. Nothing else does.</p>`)} /></div>`}</section>`;
}

function Findings({ items }) {
  if (items.length === 0) return null;
  return html`<ul class="plain">${items.map((one) => html`<li key=${one.check}><span class=${`tag ${LEVELS[one.level][0]}`}>${LEVELS[one.level][1]}</span> ${one.sentence} ${one.todo && html`<strong>${one.todo}</strong>`}</li>`)}</ul>`;
}

// What both forms ask for; of a new mailbox the address, too.
function Server({ one }) {
  const [security, setSecurity] = useState(one?.smtp_security ?? "starttls");
  const [way, setWay] = useState(one?.provider ?? "password");
  const known = way === "google" || way === "microsoft"; // their servers need not be named
  return html`<${Choice} label="Signs in" value=${way} options=${[["password", "With a password"], ...PROVIDERS.map(([code, name]) => [code, `At ${name}`])]} change=${setWay} /><input type="hidden" name="way" value=${way} />
    <${Field} name="sender_name" label="Name of the sender" maxlength="100" defaultValue=${one?.sender_name} />
    ${!(known && way !== one?.provider) && html`<${Field} name="smtp_host" label="Mail server (SMTP)" maxlength="253" defaultValue=${one?.smtp_host} required />
    <${Choice} label="Encryption" value=${security} options=${choices("mail_security")} change=${setSecurity} /><input type="hidden" name="smtp_security" value=${security} />
    <${Field} name="smtp_port" label="Port" type="number" min="1" max="65535" defaultValue=${one?.smtp_port ?? 587} required />
    <${Field} name="imap_host" label="Server for answers (IMAP)" maxlength="253" hint="Left empty: answers are not read." defaultValue=${one?.imap_host ?? ""} />`}
    <${Field} name="username" label="User" maxlength="254" hint="Mostly the address." defaultValue=${one?.username} />
    ${way === "password" && html`<${Field} name="password" label="Password" type="password" autocomplete="off" maxlength="500" hint=${`It is kept encrypted and never shown again.${one ? " Leave this empty to keep it." : ""}`} />`}
    <${Field} name="zone" label="Time zone" maxlength="64" hint="It sends on working days, within these hours of this zone." defaultValue=${one?.zone ?? ZONE} required />
    <${Field} name="opens" label="From" type="time" defaultValue=${(one?.opens ?? "08:30").slice(0, 5)} required /><${Field} name="closes" label="Until" type="time" defaultValue=${(one?.closes ?? "17:00").slice(0, 5)} required />
    <${Field} name="daily_cap" label="Most messages a day" type="number" min="1" max="200" hint="A new mailbox begins with 5 and may send 2 more each day." defaultValue=${one?.daily_cap ?? 30} required />`;
}

function given(form) {
  const { way, ...values } = Object.fromEntries([...form].map(([name, value]) => [name, value.trim()]));
  if (!values.password) delete values.password;
  const signIn = way === "password" ? { sign_in: "password" } : { sign_in: "oauth", provider: way };
  const sends = values.smtp_host !== undefined ? { smtp_port: Number(values.smtp_port) } : SERVERS[way];
  const reads = values.imap_host === undefined ? {} : { imap_host: values.imap_host || null, ...(values.imap_host && { imap_port: 993, imap_security: "tls" }) };
  return { ...values, ...signIn, ...sends, ...reads, daily_cap: Number(values.daily_cap) };
}

function Mailbox({ one, changed }) {
  const act = useAct();
  const path = `/v1/mailboxes/${one.mailbox_id}`;
  const tag = `W/"${one.version}"`;
  const ask = (deed) => act.run(async () => { await post(`${path}/${deed}`); await changed(); });
  const save = async (form) => { await patch(path, given(form), tag); await changed(); };
  const paused = one.state === "paused";
  return html`<article class="card item" aria-label=${one.address}><div class="row between"><h2>${one.address}</h2><span class=${`tag ${TONES[one.state] ?? ""}`}>${one.words.label}</span></div>
    <p>${one.paused_because && paused ? html`<strong>${one.paused_because}</strong> ` : ""}${one.words.sentence} ${one.state !== "ready" && one.words.todo}</p>
    <p class="muted small">${one.smtp_host}, ${word("mail_security", one.smtp_security)}. Working days ${one.opens.slice(0, 5)} to ${one.closes.slice(0, 5)} (${one.zone}). Today at most ${count(one.cap_today)}, in an hour ${count(one.hourly_cap)}.${one.checked_at ? ` Checked ${moment(one.checked_at)}.` : ""}</p>
    ${one.sign_in === "oauth" && html`<${SignInButton} one=${one} />`}
    <${Findings} items=${one.findings} />
    ${inWorkspace("editor") && html`<div class="row answers"><button type="button" disabled=${act.busy} onClick=${() => ask("preflight")}>Check it</button>
      ${paused ? html`<button type="button" disabled=${act.busy} onClick=${() => ask("resume")}>Set it to work</button>` : html`<button type="button" disabled=${act.busy} onClick=${() => ask("pause")}>Pause</button>`}
      <${Confirm} label="Remove" title=${`Remove ${one.address}?`} yes="Remove it" act=${async () => { await remove(path, tag); await changed(); }} impact=${async () => html`<p>Its password or permission is deleted, and what waits to be sent from it is cancelled. What was sent stays to be read.</p>`} /></div>
    <${Outcome} act=${act} />
    <details><summary>Change</summary><${Form} label="Save" send=${save}><${Server} one=${one} /><//></details>`}</article>`;
}

function Add({ changed }) {
  const send = async (form, element) => {
    await post("/v1/mailboxes", given(form));
    element.reset();
    await changed();
    return "Added. Check it now: until then it sends nothing.";
  };
  return html`<section class="card"><h2>Add a mailbox</h2><${Form} label="Add it" send=${send}><${Field} name="address" label="Address" type="email" maxlength="254" required /><${Server} /><//></section>`;
}

export function Mailboxes() {
  const [turn, setTurn] = useState(0);
  const changed = () => setTurn((before) => before + 1);
  const state = useLoad(async () => {
    const [settings, { items }, apps] = await Promise.all([get("/v1/outreach/settings"), get("/v1/mailboxes"), get("/v1/mail-apps")]);
    return { settings, items, apps: apps.items };
  }, [], turn);
  return html`<h1>Mailboxes</h1><p class="muted">The addresses that your team writes to other sites from, for the whole workspace.</p>
    <${Loading} what="mailboxes" state=${state}>${({ settings, items, apps }) => html`
      <${Power} key=${String(settings.sending)} settings=${settings} changed=${changed} />
      ${items.length === 0 && html`<div class="notice"><p>There is none yet.${inWorkspace("editor") ? " Add one below, then check it." : " Editors of the workspace add them."}</p></div>`}
      <div class="list">${items.map((one) => html`<${Mailbox} key=${`${one.mailbox_id} ${one.version}`} one=${one} changed=${changed} />`)}</div>
      <${MailApps} apps=${apps} changed=${changed} />`}<//>
    ${inWorkspace("editor") && html`<${Add} changed=${changed} />`}`;
}

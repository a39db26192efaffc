// You: who is signed in here, a password for the next time, and the way out.
import { useState } from "preact/hooks";
import { post, put, remove } from "../api.js";
import { html, moment } from "../html.js";
import { Outcome, useAct } from "../pieces/act.js";
import { ChatPeople } from "../pieces/chat_people.js";
import { Field, Form } from "../pieces/form.js";
import { me, saying } from "../state.js";

function NewPassword() {
  const send = async (form, element) => {
    await put("/v1/me/password", { password: form.get("password") });
    element.reset();
    return "Set. Everywhere else you are signed out; here you stay signed in.";
  };
  return html`<section class="card"><h2>Password</h2>
    <p class="muted">With one you sign in by yourself, without a new login link each time.</p>
    <${Form} label="Set the password" send=${send}>
      <input type="email" name="username" autocomplete="username" value=${me.value.actor} hidden readonly />
      <${Field} name="password" type="password" label="New password" hint="At least 12 characters." autocomplete="new-password" required minlength="12" maxlength="256" />
    <//></section>`;
}

function Chats() {
  const act = useAct();
  const [code, setCode] = useState();
  const make = () => act.run(async () => { setCode(await post("/v1/me/chat-codes")); });
  return html`<section class="card"><h2>You in chats</h2>
    <p class="muted">Whoever is known in a chat can act on alerts from there. In Slack and Discord press a button once and follow the link that only you see; in Telegram write a code.</p>
    <${ChatPeople} path="/v1/me/chats" empty="No chat knows you yet." />
    <div class="row"><button type="button" disabled=${act.busy} onClick=${make}>Make a code for Telegram</button></div><${Outcome} act=${act} />
    ${code && html`<p role="status" class="wrap">${code.sentence} <span class="muted">It works once, until ${moment(code.expires_at)}.</span></p>`}</section>`;
}

function SignOut() {
  const act = useAct();
  const leave = () => act.run(async () => { await remove("/v1/sessions/current"); location.assign("/"); });
  return html`<section class="card"><h2>Sign out</h2>
    <p class="muted">Ends the session of this browser. Without a password you need a new login link to come back.</p>
    <button type="button" disabled=${act.busy} onClick=${leave}>Sign out</button><${Outcome} act=${act} /></section>`;
}

export function Account() {
  const { actor, workspace_name: workspace, workspace_role: role } = me.value;
  return html`<h1>You</h1>
    <p>You are signed in as ${actor} in “${workspace}”. ${role ? saying("role", role) : "You have roles on single sites."}</p>
    <${NewPassword} /><${Chats} /><${SignOut} />`;
}

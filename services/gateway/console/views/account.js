// You: who is signed in here, a password for the next time, and the way out.
import { put, remove } from "../api.js";
import { html } from "../html.js";
import { Outcome, useAct } from "../pieces/act.js";
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
    <${NewPassword} /><${SignOut} />`;
}

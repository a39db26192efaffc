// Signing in to mailboxes with OAuth: the apps at providers, the way there, and what comes back.
import { useEffect, useState } from "preact/hooks";
import { post, put, remove } from "../api.js";
import { html, moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Outcome, useAct } from "../pieces/act.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { inWorkspace } from "../pieces/rights.js";
import { route } from "../route.js";

export const PROVIDERS = [["google", "Google (Gmail, Workspace)"], ["microsoft", "Microsoft 365, Outlook"], ["other", "Another provider"]];
const NAMES = { google: "Google", microsoft: "Microsoft", other: "the provider" };
const FROM = "anchorwatch.mailboxes";

const MANUALS = {
  google: (back) => html`<ol>
    <li>Open <a href="https://console.cloud.google.com/apis/credentials" rel="noreferrer" target="_blank">console.cloud.google.com</a>, make a project and enable the Gmail API in it.</li>
    <li>Set up the consent screen; in a Workspace choose “Internal”, so that permissions last.</li>
    <li>Make an OAuth client of the kind “Web application”, with exactly this redirect address: ${back}</li>
    <li>Copy the client id and the client secret into the fields below.</li></ol>`,
  microsoft: (back) => html`<ol>
    <li>Open <a href="https://entra.microsoft.com" rel="noreferrer" target="_blank">entra.microsoft.com</a>, App registrations, New registration; platform “Web”, with exactly this redirect address: ${back}</li>
    <li>Under API permissions add the delegated ones IMAP.AccessAsUser.All and SMTP.Send of Office 365 Exchange Online, and offline_access, openid, email and profile of Microsoft Graph.</li>
    <li>Under Certificates & secrets make a client secret; copy its value (not its id). Note the day on which it ends.</li>
    <li>Copy the application (client) id, and the directory (tenant) id of an app for one organisation.</li>
    <li>In Exchange, let the mailbox sign in by “Authenticated SMTP” and IMAP.</li></ol>`,
  other: (back) => html`<ol><li>Register an app (a confidential web client) at your provider, with exactly this redirect address: ${back}</li>
    <li>Copy its id, secret, addresses and the scopes for IMAP, SMTP and lasting access into the fields below.</li></ol>`,
};

function MailApp({ app, name, changed }) {
  const path = `/v1/mail-apps/${app.provider}`;
  const back = html`<code class="wrap">${app.redirect_url ?? `${location.origin}${app.redirect_path}`}</code>`;
  const own = app.provider === "other";
  const save = async (form) => { await put(path, Object.fromEntries(form)); await changed(); return "Saved."; };
  return html`<details class="item"><summary>${name} <span class=${`tag ${app.is_registered ? "good" : ""}`}>${app.is_registered ? "registered" : "not set up"}</span></summary>
    ${MANUALS[app.provider](back)}
    ${!app.redirect_url && html`<p class="muted small">This installation has no public address (ANCHORWATCH_PUBLIC_URL), so this works on this machine only.</p>`}
    ${app.saved_at && html`<p class="muted small">Saved by ${app.saved_by}, ${moment(app.saved_at)}.</p>`}
    ${inWorkspace("owner") ? html`<${Form} label="Save the app" send=${save}><${Field} name="client_id" label="Client id" maxlength="300" defaultValue=${app.client_id} required />
      <${Field} name="client_secret" label="Client secret" type="password" autocomplete="off" maxlength="1000" hint=${`It is kept encrypted and never shown again.${app.has_secret ? " Leave this empty to keep it." : ""}`} />
      ${app.provider === "microsoft" && html`<${Field} name="tenant" label="Directory (tenant)" maxlength="253" hint="Of an app for one organisation; empty for one that any may use." defaultValue=${app.tenant} />`}
      ${own && html`<${Field} name="authorize_url" label="Authorisation address" maxlength="500" defaultValue=${app.authorize_url} required /><${Field} name="token_url" label="Token address" maxlength="500" defaultValue=${app.token_url} required />
        <${Field} name="revoke_url" label="Revocation address" maxlength="500" hint="If there is one: removed mailboxes give their permission back there." defaultValue=${app.revoke_url} /><${Field} name="scopes" label="Scopes" maxlength="1000" hint="Parted by spaces." defaultValue=${app.scopes} />`}<//>
      ${app.is_registered && html`<div class="row answers"><${Confirm} label="Remove the app" title="Remove this app?" yes="Remove it" act=${async () => { await remove(path); await changed(); }} impact=${async () => html`<p>Its secret is deleted. This is refused while mailboxes sign in with it.</p>`} /></div>`}`
    : html`<p class="muted">Owners of the workspace set this up.</p>`}</details>`;
}

export function MailApps({ apps, changed }) {
  return html`<section class="card" aria-label="Sign-in at providers"><h2>Sign-in at providers</h2>
    <p>Microsoft 365 and many Google Workspaces let no password in any more. Register an app of your own there once; then each mailbox signs in with a click.</p>
    ${PROVIDERS.map(([code, name]) => html`<${MailApp} key=${code} app=${apps.find((one) => one.provider === code)} name=${name} changed=${changed} />`)}</section>`;
}

// Leads to the provider; the tab comes back by itself.
export function SignInButton({ one }) {
  const act = useAct();
  const go = () => act.run(async () => {
    const begun = await post(`/v1/mailboxes/${one.mailbox_id}/sign-in`, { origin: location.origin });
    sessionStorage.setItem(FROM, location.hash);
    location.assign(begun.authorize_url);
  });
  return html`<div><p>${one.is_signed_in ? html`Signed in at ${NAMES[one.provider]}${one.signed_in_as ? ` as ${one.signed_in_as}` : ""} by ${one.signed_in_by}, ${moment(one.signed_in_at)}.` : html`<strong>Nobody signed in at ${NAMES[one.provider]} yet.</strong>`}</p>
    ${inWorkspace("editor") && html`<button type="button" class=${one.is_signed_in ? "" : "main"} disabled=${act.busy} onClick=${go}>${one.is_signed_in ? "Sign in again" : `Sign in at ${NAMES[one.provider]}`}</button>`}<${Outcome} act=${act} /></div>`;
}

export function SignedIn() {
  const [came] = useState(() => route.value.filters);
  useEffect(() => { history.replaceState(null, "", "#/signed-in/mailbox"); }, []); // what is used once need not stay in the address
  const from = sessionStorage.getItem(FROM);
  const state = useLoad(async () => {
    if (!came.state) return {};
    const { provider, code = "", error = "" } = came;
    try {
      const signedIn = await post("/v1/mail-sign-ins", { provider, state: came.state, code, error });
      return { one: await post(`/v1/mailboxes/${signedIn.mailbox_id}/preflight`).catch(() => signedIn) };
    } catch (problem) {
      return { problem }; // asked again it would only be told that it was used
    }
  }, []);
  const on = html`<p><a class="button" href=${from?.startsWith("#/") ? from : "#/"}>${from ? "Back to the mailboxes" : "All sites"}</a></p>`;
  return html`<h1>Signing in to a mailbox</h1><${Loading} what="the sign-in" state=${state}>${({ one, problem }) => (problem
    ? html`<div class="trouble" role="alert"><p>${problem.message}</p></div>` : one
    ? html`<div class="notice"><p>You are signed in to ${one.address}. ${one.state === "ready" ? "It was checked, and it is ready." : "It was checked; look at what is to be mended."}</p></div>`
    : html`<p>There is nothing to finish here. Begin at the mailbox.</p>`)}<//>${on}`;
}

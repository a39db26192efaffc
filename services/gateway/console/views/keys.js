// API keys: what a program may do and where; a key is shown once, and never has more rights than its maker.
import { useState } from "preact/hooks";
import { post, remove } from "../api.js";
import { day, html, moment } from "../html.js";
import { Confirm } from "../pieces/confirm.js";
import { CopyText } from "../pieces/copy.js";
import { Check, Field, Form } from "../pieces/form.js";
import { inWorkspace, rolesOn } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";
import { choices, saying, word } from "../state.js";

function bodyOf(form, siteId) {
  const place = form.get("where") === "site" ? { sites: { [siteId]: form.get("role") } } : { workspace_role: form.get("role") };
  const end = form.get("expires_at");
  return { name: form.get("name").trim(), scopes: form.getAll("scopes"), ...place, ...(end && { expires_at: new Date(`${end}T23:59:59`).toISOString() }) };
}

function Add({ siteId, done }) {
  const [made, setMade] = useState();
  const send = async (form, element) => {
    if (form.getAll("scopes").length === 0) throw new Error("Choose at least one thing that the key may do.");
    setMade(await post("/v1/keys", bodyOf(form, siteId)));
    element.reset();
    done();
    return "Made.";
  };
  const whole = inWorkspace("client");
  return html`<section class="card"><h2>Make a key</h2>
    <${Form} label="Make the key" send=${send}><${Field} name="name" label="What it is for" maxlength="200" required />
      <fieldset><legend>It may</legend>${choices("scope").map(([code, text]) => html`<${Check} name="scopes" value=${code} label=${`${text}: ${saying("scope", code)}`} />`)}</fieldset>
      <${Field} name="where" label="Where" as="select"><option value="site">On this site</option>${whole && html`<option value="workspace">In the whole workspace</option>`}<//>
      <${Field} name="role" label="With the role" as="select">${rolesOn(siteId).map((code) => html`<option value=${code}>${word("role", code)}</option>`)}<//>
      <${Field} name="expires_at" type="date" label="Works until" hint="Empty: until somebody revokes it." /><//>
    ${made && html`<div class="notice"><${CopyText} label=${`The key “${made.name}”`} text=${made.key} rows=${2} /><p>It is shown only now. Keep it where you keep passwords.</p></div>`}</section>`;
}

function state(one) {
  if (one.revoked_at) return `Revoked on ${day(one.revoked_at)}`;
  if (one.expires_at && new Date(one.expires_at) < new Date()) return `Ended on ${day(one.expires_at)}`;
  return one.expires_at ? `Works until ${day(one.expires_at)}` : "Works";
}

function actions(one, revoke) {
  if (one.revoked_at) return "";
  return html`<${Confirm} label="Revoke" title=${`Revoke the key “${one.name}”?`} yes="Revoke it" act=${() => revoke(one)} impact=${async () => html`<p>Whatever uses it is refused at once. It cannot be brought back; a new one can be made.</p>`} />`;
}

const HEADS = ["Key", "Begins with", "May", "Where", "State", "Last used", "Actions"];

export function Keys({ siteId }) {
  const [turn, setTurn] = useState(0);
  const news = () => setTurn((before) => before + 1);
  const revoke = async (one) => { await remove(`/v1/keys/${one.id}`); news(); };
  return html`<h1>API keys</h1><p class="muted">${inWorkspace("owner") ? "Of the whole workspace." : "Those that you made."} What the API can do is on <a href="/docs">its own page</a>.</p>
    <section class="card"><h2>Keys</h2><${Paged} what="keys" path="/v1/keys" size=${50} turn=${turn} empty=${html`<p>No key yet.</p>`}>${(items) => html`<${Table} caption="Keys" heads=${HEADS}
      rows=${items.map((one) => ({ key: one.id, cells: [html`<span class="wrap">${one.name}</span>`, one.prefix, one.scopes.map((code) => word("scope", code)).join(", "),
        one.workspace_role ? `The whole workspace, as ${word("role", one.workspace_role).toLowerCase()}` : "Single sites", state(one), one.last_used_at ? moment(one.last_used_at) : "Never", actions(one, revoke)] }))} />`}<//></section>
    <${Add} siteId=${siteId} done=${news} />`;
}

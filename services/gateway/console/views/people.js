// People: who may sign in, with which role in the whole workspace or on this site, and the links by which they get in.
import { useState } from "preact/hooks";
import { get, patch, post, remove } from "../api.js";
import { day, html, moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { CopyText } from "../pieces/copy.js";
import { Field, Form } from "../pieces/form.js";
import { inWorkspace } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { choices, saying } from "../state.js";

const NONE = "none";

async function giveOnSite(person, grant, siteId, role) {
  if (role !== NONE) await post("/v1/grants", { actor_id: person.id, site_id: siteId, role });
  else if (grant) await remove(`/v1/grants/${grant.id}`);
}

function Door({ person }) {
  const [door, setDoor] = useState();
  const act = useAct();
  const make = () => act.run(async () => { setDoor(await post(`/v1/users/${person.id}/login-links`)); });
  return html`<button type="button" disabled=${act.busy} onClick=${make}>Make a login link</button><${Outcome} act=${act} />
    ${door && html`<${CopyText} label=${`Login link for ${person.email}`} text=${new URL(door.path, window.location.href).href} rows=${2} /><p class="muted small">It works once, until ${moment(door.expires_at)}. Whoever has it gets in as this person: send it to nobody else.</p>`}`;
}

function Rights({ person, grant, siteId, changed }) {
  const act = useAct();
  const roles = choices("role");
  const inAll = (role) => act.run(async () => {
    await patch(`/v1/users/${person.id}`, { workspace_role: role === NONE ? null : role }, `W/"${person.version}"`);
    await changed();
    return "Changed. It holds at once.";
  });
  const onSite = (role) => act.run(async () => { await giveOnSite(person, grant, siteId, role); await changed(); return "Changed. It holds at once."; });
  return html`<div class="row controls"><${Choice} label="In the whole workspace" value=${person.workspace_role ?? NONE} options=${[...roles, [NONE, "Only on single sites"]]} change=${inAll} />
    <${Choice} label="On this site" value=${grant?.role ?? NONE} options=${[...roles, [NONE, "Nothing of its own"]]} change=${onSite} /></div><${Outcome} act=${act} />`;
}

function Ability({ person, changed }) {
  const set = (disabled) => async () => { await patch(`/v1/users/${person.id}`, { disabled }, `W/"${person.version}"`); await changed(); };
  if (person.disabled_at) return html`<${Confirm} label="Let in again" title=${`Let ${person.email} in again?`} yes="Let them in" act=${set(false)} impact=${async () => html`<p>They may sign in again with the roles they had. Their keys stay revoked.</p>`} />`;
  return html`<${Confirm} label="Keep out" title=${`Keep ${person.email} out?`} yes="Keep them out" act=${set(true)} impact=${async () => html`<p>They are signed out at once, and the keys that they made stop working for good. What they did stays in the records.</p>`} />`;
}

function Person({ person, grant, siteId, changed }) {
  return html`<article class="card item" aria-label=${person.email}><div class="row between"><h2>${person.name ? `${person.name}, ${person.email}` : person.email}</h2>${person.disabled_at && html`<span class="tag warn">kept out since ${day(person.disabled_at)}</span>`}</div>
    <p class="muted">${person.last_seen_at ? `Last here on ${moment(person.last_seen_at)}.` : "Never signed in yet."} ${person.workspace_role ? saying("role", person.workspace_role) : ""}</p>
    ${!person.disabled_at && html`<${Rights} person=${person} grant=${grant} siteId=${siteId} changed=${changed} />`}
    <div class="row answers">${!person.disabled_at && html`<${Door} person=${person} />`}<${Ability} person=${person} changed=${changed} /></div></article>`;
}

function Add({ siteId, changed }) {
  const send = async (form, element) => {
    const role = form.get("role");
    const whole = form.get("where") === "workspace";
    const person = await post("/v1/users", { email: form.get("email").trim(), name: form.get("name").trim(), ...(whole && { workspace_role: role }) });
    if (!whole) await giveOnSite(person, undefined, siteId, role);
    element.reset();
    await changed();
    return "Written down. Make a login link for them and send it.";
  };
  return html`<section class="card"><h2>Let somebody in</h2><p class="muted">No mail is sent from here: you get a link to pass on.</p>
    <${Form} label="Write them down" send=${send}><${Field} name="email" type="email" label="E-mail address" required /><${Field} name="name" label="Name" maxlength="200" />
      <${Field} name="role" label="Role" as="select">${choices("role").reverse().map(([code, text]) => html`<option value=${code}>${text}: ${saying("role", code)}</option>`)}<//>
      <${Field} name="where" label="Where" as="select"><option value="site">On this site</option><option value="workspace">In the whole workspace</option><//><//></section>`;
}

export function People({ siteId }) {
  const [turn, setTurn] = useState(0);
  const isOwner = inWorkspace("owner");
  const grants = useLoad(async () => (isOwner ? (await get("/v1/grants", { site_id: siteId, limit: 500 })).items : []), [siteId], turn);
  if (!isOwner) return html`<h1>People</h1><div class="notice"><p>Owners of the workspace say who gets in. Ask one of them if somebody is missing.</p></div>`;
  const changed = () => setTurn((before) => before + 1);
  return html`<h1>People</h1><p class="muted">Who may sign in to this workspace. Where somebody has two roles, the higher one counts.</p>
    <${Loading} what="roles" state=${grants}>${(given) => html`<${Paged} what="people" path="/v1/users" size=${20} turn=${turn} empty=${html`<p>Nobody yet.</p>`}>${(items) => items.map((person) => html`
      <${Person} key=${`${person.id} ${person.version}`} person=${person} grant=${given.find((one) => one.actor_id === person.id)} siteId=${siteId} changed=${changed} />`)}<//>`}<//>
    <${Add} siteId=${siteId} changed=${changed} />`;
}

// Hosts that are never asked: put there by the operator, or asked for by their owners.
import { useState } from "preact/hooks";
import { get, put, remove } from "../api.js";
import { html, moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { inWorkspace } from "../pieces/rights.js";

const MANY = 100;

function Host({ one, changed }) {
  const grant = async () => { await put("/v1/opt-outs", { host: one.host, note: one.note }); await changed(); };
  const end = async () => { await remove(`/v1/opt-outs/${encodeURIComponent(one.host)}`); await changed(); };
  return html`<article class="card item" aria-label=${hostName(one.host)}><div class="row between"><h2>${hostName(one.host)}</h2><span class=${`tag ${one.in_force ? "" : "warn"}`}>${one.in_force ? "never asked" : "you decide"}</span></div>
    <p>${one.sentence}</p><p class="muted small wrap">Asked for on ${moment(one.requested_at)}${one.decided_by ? `, decided by ${one.decided_by}` : ""}.${one.note ? ` ${one.note}` : ""}</p>
    <div class="row answers">${!one.in_force && html`<${Confirm} label="Leave it alone" title=${`Never ask ${hostName(one.host)} again?`} yes="Leave it alone" act=${grant} impact=${async () => html`<p>Nothing of it is fetched any more, for any site of this installation. Its links are shown as not looked at, never as lost.</p>`} />`}
      <${Confirm} label=${one.in_force ? "Ask it again" : "Decline"} title=${one.in_force ? `Ask ${hostName(one.host)} again?` : `Decline what was asked for ${hostName(one.host)}?`} yes=${one.in_force ? "Ask it again" : "Decline"} act=${end}
        impact=${async () => html`<p>${one.in_force ? "Its pages are looked at again when they are due. Its robots.txt holds as ever." : "It is taken off this list. Its robots.txt holds as ever, and its owner may ask again."}</p>`} /></div></article>`;
}

function Add({ changed }) {
  const send = async (form, element) => {
    const { host } = await put("/v1/opt-outs", { host: form.get("host").trim(), note: form.get("note").trim() });
    element.reset();
    await changed();
    return `${hostName(host)} is never asked again.`;
  };
  return html`<section class="card"><h2>Leave a host alone</h2><${Form} label="Leave it alone" send=${send}><${Field} name="host" label="Host" hint="Everything below it counts as well." required /><${Field} name="note" label="Why" maxlength="1000" /><//></section>`;
}

export function OptOuts() {
  const [trail, setTrail] = useState([""]);
  const isOwner = inWorkspace("owner");
  const after = trail[trail.length - 1];
  const state = useLoad(async () => (isOwner ? get("/v1/opt-outs", { limit: MANY, after }) : undefined) ?? { items: [] }, [after]);
  if (!isOwner) return html`<h1>Never asked</h1><div class="notice"><p>Owners of the workspace decide which hosts are left alone.</p></div>`;
  return html`<h1>Never asked</h1><p class="muted">Hosts that this installation leaves alone, for all sites. Their owners may ask for it on the page that our user agent names; with their robots.txt as proof it holds at once, else you decide here.</p>
    <${Loading} what="hosts" state=${state}>${(found) => html`${found.items.length === 0 && html`<div class="notice"><p>None. Every host is asked within its robots.txt.</p></div>`}
      ${found.items.map((one) => html`<${Host} key=${one.host} one=${one} changed=${state.again} />`)}
      ${(found.next_after || trail.length > 1) && html`<nav class="row pager" aria-label="Pages of hosts"><button type="button" disabled=${trail.length === 1} onClick=${() => setTrail(trail.slice(0, -1))}>Previous page</button>
        <button type="button" disabled=${!found.next_after} onClick=${() => setTrail([...trail, found.next_after])}>Next page</button></nav>`}`}<//>
    <${Add} changed=${state.again} />`;
}

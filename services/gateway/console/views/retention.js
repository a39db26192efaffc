// What is kept for how long, sites of which nothing may go, and a person's rights over what is kept.
import { useRef, useState } from "preact/hooks";
import { get, getWithTag, post, put, remove } from "../api.js";
import { count, day, html, many, moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { inWorkspace } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";
import { sites } from "../state.js";

const ENDED_MS = 1500;
const nameOf = (id) => (sites.value ?? []).find((one) => one.id === id)?.name ?? "A site that was deleted";

function daysOf(form, items) {
  const days = {};
  for (const one of items.filter((kind) => kind.settable)) {
    const given = Number(new FormData(form).get(one.kind));
    if (given && given !== one.usual_days) days[one.kind] = given;
  }
  return days;
}

function Kind({ one }) {
  return html`<article class="item two" aria-label=${one.label}><div><h3>${one.label}</h3><p>${one.keeps}</p><p class="muted small">Goes: ${one.goes} Stays: ${one.stays}</p></div>
    ${one.settable ? html`<${Field} name=${one.kind} type="number" min=${one.least_days} max=${one.most_days} step="1" label="Days" defaultValue=${one.days} hint=${`${count(one.least_days)} to ${count(one.most_days)}; usually ${count(one.usual_days)}.`} />`
      : html`<p><span class="tag">${many(one.days, "day")}, for the whole installation</span></p>`}</article>`;
}

function Times({ found, changed }) {
  const form = useRef(null);
  const [said, setSaid] = useState();
  const look = async () => {
    const tried = await put("/v1/retention?dry_run=true", { days: daysOf(form.current, found.items) });
    const gone = tried.items.filter((one) => one.deletes_now > 0);
    if (gone.length === 0) return html`<p>Nothing is that old yet. From now on, what becomes older goes.</p>`;
    return html`<p>Bit by bit, beginning now, this is deleted for good:</p><ul>${gone.map((one) => html`<li>${one.label}: ${many(one.deletes_now, "row")}</li>`)}</ul>`;
  };
  const save = async () => {
    await put("/v1/retention", { days: daysOf(form.current, found.items) });
    setSaid("Saved. It holds in every service within seconds.");
    await changed();
  };
  return html`<section class="card"><h2>For how long</h2>
    <form ref=${form} class="stack" onSubmit=${(event) => event.preventDefault()} novalidate>${found.items.map((one) => html`<${Kind} key=${one.kind} one=${one} />`)}
      <div class="row"><${Confirm} className="main" label="Look what this deletes" title="Keep it for these times?" yes="Save these times" impact=${look} act=${save} /></div>
      <p role="status" class="said">${said}</p></form>
    <h3>Never deleted by any of this</h3><ul>${found.never.map((one) => html`<li>${one}</li>`)}</ul></section>`;
}

function Holds({ siteId, found, changed }) {
  const isHeld = found.holds.some((one) => one.site_id === siteId);
  const place = async (form) => {
    await put(`/v1/sites/${siteId}/hold`, { reason: form.get("reason").trim() });
    await changed();
    return "Nothing of this site is deleted from now on.";
  };
  const lift = (id) => async () => { await remove(`/v1/sites/${id}/hold`); await changed(); };
  return html`<section class="card"><h2>Legal hold</h2><p class="muted">Of a site under a hold nothing is deleted: not by time, not when the site is deleted, and not for a person who asks to be erased.</p>
    ${found.holds.map((one) => html`<article class="item" key=${one.site_id} aria-label=${nameOf(one.site_id)}><h3>${nameOf(one.site_id)}</h3><p>${one.reason}</p><p class="muted small">Since ${day(one.placed_at)}, by ${one.placed_by}.</p>
      <${Confirm} label="Lift the hold" title="Lift the hold?" yes="Lift it" act=${lift(one.site_id)} impact=${async () => html`<p>The times above hold for this site again: what is older goes.</p>`} /></article>`)}
    ${!isHeld && html`<${Form} label="Hold this site" send=${place}><${Field} name="reason" label="Why nothing of this site may go" maxlength="1000" required /><//>`}</section>`;
}

function Parts({ found }) {
  const file = URL.createObjectURL(new Blob([JSON.stringify(found, null, 2)], { type: "application/json" }));
  return html`<div class="notice"><p>${found.sentence}</p><ul>${found.parts.map((one) => html`<li>${one.sentence} (${count(one.count)})</li>`)}</ul>
    <p class="muted small">${found.stays.join(" ")}</p><a href=${file} download="person.json">Download it, to hand over</a></div>`;
}

function Certificate({ one }) {
  const rows = Object.entries(one.deleted).flatMap(([service, kinds]) => Object.entries(kinds).map(([kind, number]) => ({
    key: `${service} ${kind}`, cells: [kind.replaceAll("_", " "), service, count(number), count(one.kept[service]?.[kind] ?? 0)] })));
  return html`<div class="notice"><p><strong>${one.sentence}</strong> ${one.ended_at ? moment(one.ended_at) : ""}</p>
    ${rows.length > 0 && html`<${Table} caption="What was deleted" heads=${["What", "Service", ["Rows", "number"], ["Had to stay", "number"]]} rows=${rows} />`}
    <p class="muted small">${one.stays.join(" ")}</p></div>`;
}

function Person() {
  const [found, setFound] = useState();
  const [certificate, setCertificate] = useState();
  const form = useRef(null);
  const email = () => form.current.querySelector("[name=email]").value.trim();
  const show = async (given) => { setCertificate(undefined); setFound(await post("/v1/contacts/exports", { email: given.get("email").trim() })); };
  const look = async () => html`<${Certificate} one=${await post("/v1/contacts/erasures?dry_run=true", { email: email() })} />`;
  const erase = async () => {
    let one = await post("/v1/contacts/erasures", { email: email() });
    setFound(undefined);
    setCertificate(one);
    while (one.state !== "done") {
      await new Promise((done) => { setTimeout(done, ENDED_MS); });
      one = await get(`/v1/contacts/erasures/${one.erasure_id}`);
      setCertificate(one);
    }
  };
  return html`<section class="card" ref=${form}><h2>A person</h2><p class="muted">What is kept about somebody, of all services: to be handed to them, or deleted for good. They are then never written to again.</p>
    <${Form} label="Show what is kept" send=${show} secondary=${html`<${Confirm} label="Erase" title="Erase this person?" yes="Erase for good" impact=${look} act=${erase} />`}>
      <${Field} name="email" type="email" label="E-mail address" maxlength="254" required /><//>
    ${found && html`<${Parts} found=${found} />`}${certificate && html`<${Certificate} one=${certificate} />`}</section>`;
}

export function Retention({ siteId }) {
  const isOwner = inWorkspace("owner");
  const state = useLoad(async () => (isOwner ? (await getWithTag("/v1/retention")).value : undefined) ?? { items: [] }, [isOwner]);
  if (!inWorkspace("editor")) return html`<h1>What is kept</h1><div class="notice"><p>Owners of the workspace decide what is kept for how long.</p></div>`;
  return html`<h1>What is kept</h1>${isOwner && html`<p class="muted">For how long what is kept, for all sites of the workspace. What is older is deleted bit by bit, a few times a day.</p>
    <${Loading} what="what is kept" state=${state}>${(found) => html`
      ${found.degraded.length > 0 && html`<div class="notice"><p>Not all services answered, so some bounds are missing. Try again in a moment.</p></div>`}
      <${Times} found=${found} changed=${state.again} /><${Holds} siteId=${siteId} found=${found} changed=${state.again} />`}<//>`}
    <${Person} />`;
}

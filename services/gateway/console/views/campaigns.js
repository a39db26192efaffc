// Campaigns: a goal of the site, how far it has come, what it cost; pausing stops its sequences.
import { useState } from "preact/hooks";
import { patch, post } from "../api.js";
import { count, html } from "../html.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { link } from "../route.js";

const TONES = { active: "good", paused: "warn", archived: "" };
const STATES = [["active", "Under way"], ["paused", "Paused"], ["archived", "Archived"]];
const STEPS = [["found", "found"], ["contacted", "written to"], ["delivered", "delivered"], ["answered", "answered"], ["interested", "interested"], ["agreed", "agreed"], ["live", "live"], ["lost", "gone"]];
const text = (form, name) => form.get(name)?.trim() || null;

function given(form) {
  const budgets = (text(form, "budgets") ?? "").split(/[,;\n]/).map((one) => one.trim()).filter(Boolean).map((one) => {
    const [amount, currency = ""] = one.split(/\s+/);
    return { amount, currency };
  });
  return { name: form.get("name"), method: text(form, "method"), goal_links: text(form, "goal_links") && Number(text(form, "goal_links")), goal_on: text(form, "goal_on"), budgets, note: text(form, "note") };
}

function Fields({ item = {} }) {
  return html`<div class="halves"><${Field} name="name" label="Name" maxlength="80" required defaultValue=${item.name ?? ""} /><${Field} name="method" label="How links are got" maxlength="80" hint="Such as guest post." defaultValue=${item.method ?? ""} />
    <${Field} name="goal_links" label="So many live links" type="number" min="1" step="1" defaultValue=${item.goal_links ?? ""} /><${Field} name="goal_on" label="By this day" type="date" defaultValue=${item.goal_on ?? ""} />
    <${Field} name="budgets" label="Budget" hint="One for each currency: 500 EUR, 200 USD" defaultValue=${(item.budgets ?? []).map((one) => `${one.amount} ${one.currency}`).join(", ")} /><${Field} name="note" label="Note" as="textarea" maxlength="5000" defaultValue=${item.note ?? ""} /></div>`;
}

function Move({ item, state, label, title, said, changed }) {
  const act = async () => { await patch(`/v1/campaigns/${item.campaign_id}`, { state }, `W/"${item.version}"`); await changed(); };
  return html`<${Confirm} label=${label} title=${title} yes=${label} act=${act} impact=${async () => html`<p>${said}</p>`} />`;
}

function Work({ item, changed }) {
  const save = async (form) => {
    await patch(`/v1/campaigns/${item.campaign_id}`, given(form), `W/"${item.version}"`);
    await changed();
    return "Saved.";
  };
  const to = (state, label, title, said) => html`<${Move} item=${item} state=${state} label=${label} title=${title} said=${said} changed=${changed} />`;
  return html`<details><summary>Change</summary><${Form} label="Save" send=${save}><${Fields} item=${item} /><//></details>
    <div class="row answers">${item.state === "active" ? to("paused", "Pause it", `Pause ${item.name}?`, "Its sequences write to nobody until it goes on. Messages that wait stay where they are.")
      : to("active", "Let it go on", `Let ${item.name} go on?`, "Its sequences go on where they stopped; each message still waits for approval.")}
      ${item.state !== "archived" && to("archived", "Archive it", `Archive ${item.name}?`, "It can still be read, and be let go on. Its sequences write to nobody, its placements are watched as before.")}</div>`;
}

function Campaign({ item, siteId, changed }) {
  return html`<article class="card item" aria-label=${item.name}><div class="row between"><h2>${item.name}</h2><span class=${`tag ${TONES[item.state]}`} title=${item.sentence}>${item.label}</span></div>
    <p>${item.goal_sentence}${item.method && html` <span class="muted">${item.method}</span>`}</p>
    <ol class="figures" aria-label="How far it has come">${STEPS.map(([name, said]) => html`<li><b>${count(item.funnel[name])}</b>${said}</li>`)}</ol>
    <p class="muted small">Domains up to “interested”, links from “agreed” on.</p><p>${item.budget_sentence}</p>
    ${item.spend.length > 0 && html`<ul class="figures">${item.spend.map((one) => html`<li><b>${one.paid} ${one.currency}</b>paid</li><li><b>${one.owed} ${one.currency}</b>to be paid</li>${one.cost_per_live_link && html`<li><b>${one.cost_per_live_link} ${one.currency}</b>for each live link, lost ones paid for too</li>`}`)}</ul>`}
    ${item.note && html`<p class="small wrap">${item.note}</p>`}<p><a href=${link(["sites", siteId, "placements"], { campaign: item.name })}>Its placements</a> · <a href=${link(["sites", siteId, "sequences"])}>Sequences</a></p>
    ${canEdit(siteId) && html`<${Work} item=${item} changed=${changed} />`}</article>`;
}

export function Campaigns({ siteId }) {
  const [state, setState] = useState("active,paused");
  const [turn, setTurn] = useState(0);
  const changed = () => setTurn((before) => before + 1);
  const add = async (form, element) => {
    const values = Object.fromEntries(Object.entries(given(form)).filter(([, value]) => value !== null));
    await post("/v1/campaigns", { site_id: siteId, ...values });
    element.reset();
    changed();
    return "Written down.";
  };
  return html`<h1>Campaigns</h1><p class="muted">A goal groups the sequences and placements that carry its name, and the prospects that they are about.</p><${ReadOnly} siteId=${siteId} />
    <div class="row controls"><${Choice} label="Show" value=${state} options=${[["active,paused", "Not archived"], ...STATES]} empty="All" change=${setState} /></div>
    <${Paged} what="campaigns" path="/v1/campaigns" params=${{ site_id: siteId, state }} size=${20} turn=${turn} empty=${html`<p>None is like that. Write one down below, or name one at a sequence or placement.</p>`}>${(items) => items.map((one) => html`<${Campaign} key=${`${one.campaign_id} ${one.version}`} item=${one} siteId=${siteId} changed=${changed} />`)}<//>
    ${canEdit(siteId) && html`<section class="card"><h2>Write a campaign down</h2><${Form} label="Write it down" send=${add}><${Fields} /><//></section>`}`;
}

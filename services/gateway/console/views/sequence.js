// One sequence: its steps and how they read, who is in it, and what came of it.
import { useState } from "preact/hooks";
import { get, patch, post, remove } from "../api.js";
import { count, day, html, many, Moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { go, link } from "../route.js";
import { live } from "../state.js";
import { Enrol } from "./sequence_enrol.js";
import { Mailboxes, Values, valuesOf } from "./sequence_parts.js";
import { Steps } from "./sequence_steps.js";
import { Texts } from "./sequence_texts.js";

const SHARES = [["replied", "Answered"], ["agreed", "Agreed on a link"], ["placed", "Link is there"], ["bounced", "Could not be delivered"]];
const STATES = [["active", "Under way"], ["paused", "Paused"], ["replied,company_replied", "Answered"], ["finished", "No answer"], ["bounced", "Could not be delivered"], ["cancelled", "Stopped"], ["unsubscribed,complained", "Asked not to be written to"]];

function Funnel({ funnel }) {
  return html`<section class="card" aria-labelledby="funnel"><h2 id="funnel">What came of it</h2>
    <ul class="figures"><li><b>${count(funnel.enrolled)}</b>enrolled</li><li><b>${count(funnel.open)}</b>under way</li><li><b>${count(funnel.sent)}</b>written to</li></ul>
    ${funnel.sent === 0 ? html`<p class="muted">Nobody was written to yet.</p>` : html`<dl class="facts">${SHARES.map(([name, label]) => html`<dt>${label}</dt><dd>${funnel[name].sentence}</dd>`)}</dl>`}
    ${funnel.intents.length > 0 && html`<p class="muted">Answers: ${funnel.intents.map((one) => `${one.label} ${count(one.count)}`).join(", ")}.</p>`}</section>`;
}

function Preview({ item }) {
  const [shown, setShown] = useState();
  const send = async (form) => { setShown(await post(`/v1/sequences/${item.sequence_id}/preview`, { variables: valuesOf(form, item.variables) })); };
  return html`<details><summary>How it reads</summary><${Form} label="Show it" send=${send}>${item.variables.length > 0 && html`<${Values} needs=${item.variables} />`}<//>
    ${shown && html`<div class="stack" aria-live="polite">${shown.refusal && html`<p class="notice">${shown.refusal}</p>`}<p class="muted">${shown.calendar} The days are those on which each step can go out at the earliest, if the first one goes today.</p>${shown.steps.map((one) => html`<article class="card" key=${`${one.step_no} ${one.variant}`} aria-label=${`Step ${one.step_no}${one.variant ? `, text ${one.variant},` : ""} as it reads`}><p class="muted small">Step ${one.step_no}${one.variant ? `, text ${one.variant}` : ""}, ${day(one.on)}.${one.left_out.map((text) => ` ${text}`)}</p><h3>${one.subject}</h3><p class="letter">${one.body}</p></article>`)}</div>`}</details>`;
}

function Settings({ item, siteId, changed }) {
  const save = async (form) => {
    const given = { name: form.get("name"), mailbox_id: form.get("mailbox_id") || null, campaign: form.get("campaign").trim() || null, method: form.get("method").trim() || null };
    await patch(`/v1/sequences/${item.sequence_id}`, given, `W/"${item.version}"`);
    await changed();
    return "Saved.";
  };
  const drop = async () => { await remove(`/v1/sequences/${item.sequence_id}`); go(["sites", siteId, "sequences"]); };
  return html`<details><summary>Name, mailbox and campaign</summary><${Form} label="Save" send=${save}><div class="halves"><${Field} name="name" label="Name" maxlength="120" required defaultValue=${item.name} /><${Mailboxes} chosen=${item.mailbox_id} address=${item.mailbox_address} />
      <${Field} name="method" label="How links are got" maxlength="80" defaultValue=${item.method ?? ""} /><${Field} name="campaign" label="Campaign" maxlength="80" defaultValue=${item.campaign ?? ""} /></div><//>
    <${Confirm} label="Remove this sequence" title=${`Remove “${item.name}”?`} yes="Remove it" act=${drop} impact=${async () => html`<p>${item.funnel.open > 0 ? `${many(item.funnel.open, "person is", "people are")} still in it: they are written to no more.` : "Nobody is in it any more."} What was sent can still be read.</p>`} /></details>`;
}

function next(one, siteId) {
  if (one.awaits_step) return html`The message of step ${one.awaits_step} waits for <a href=${link(["sites", siteId, "approvals"])}>approval</a> or for its time.`;
  if (one.state === "active" && one.next_at) return html`Next look on <${Moment} at=${one.next_at} />.`;
  return null;
}

function Person({ one, siteId, changed }) {
  const act = useAct();
  const does = (what) => () => act.run(async () => { await post(`/v1/enrollments/${one.enrollment_id}/${what}`, {}); await changed(); });
  const isOpen = one.state === "active" || one.state === "paused";
  return html`<article class="card item" aria-label=${one.email ?? one.domain}><div class="row between"><h3>${one.name ? `${one.name}, ` : ""}${one.email ?? one.domain}</h3><span class="tag">${one.words.label}</span></div>
    <p>${one.because && html`<span class="wrap">${one.because}</span> `}<span class="muted">${many(one.sent_steps, "step")} done${one.sent_at ? html`, last on <${Moment} at=${one.sent_at} />` : ""}. ${next(one, siteId)} Enrolled by ${one.created_by_name}.</span></p>
    ${canEdit(siteId) && isOpen && html`<div class="row">${one.state === "active" ? html`<button type="button" disabled=${act.busy} onClick=${does("pause")}>Pause</button>` : html`<button type="button" disabled=${act.busy} onClick=${does("resume")}>Go on</button>`}
      <button type="button" disabled=${act.busy} onClick=${does("cancel")}>Stop</button></div>`}<${Outcome} act=${act} /></article>`;
}

function People({ item, siteId, state, turn, changed }) {
  return html`<section aria-labelledby="people"><h2 id="people">Who is in it</h2><div class="row controls"><${Choice} label="Show" value=${state} empty="Everybody" options=${STATES} change=${(chosen) => go(["sites", siteId, "sequences"], { sequence: item.sequence_id, state: chosen })} /></div>
    <${Paged} what="people" path=${`/v1/sequences/${item.sequence_id}/enrollments`} params=${{ state }} size=${20} turn=${turn} empty=${html`<p>${state ? "None is like that." : "Nobody yet."}</p>`}>${(items) => items.map((one) => html`<${Person} key=${`${one.enrollment_id} ${one.version}`} one=${one} siteId=${siteId} changed=${changed} />`)}<//></section>`;
}

export function OneSequence({ siteId, sequenceId, filters }) {
  const [turn, setTurn] = useState(0);
  const changed = () => setTurn((before) => before + 1);
  const news = `${turn} ${live.value.turn}`;
  const state = useLoad(() => get(`/v1/sequences/${sequenceId}`), [sequenceId], news);
  return html`<p><a href=${link(["sites", siteId, "sequences"])}>All sequences</a></p><${Loading} what="the sequence" state=${state}>${(item) => html`<h1>${item.name}</h1>
    <p class="muted">${item.mailbox_address ? `Writes from ${item.mailbox_address}.` : "It has no mailbox to write from yet: choose one below before you enrol anybody."}${item.campaign ? ` Campaign “${item.campaign}”.` : ""}</p>
    <${Funnel} funnel=${item.funnel} />${item.steps.some((step) => step.variants.length > 0) && html`<${Texts} item=${item} siteId=${siteId} turn=${news} changed=${changed} />`}<section class="card"><h2>Steps</h2><${Steps} key=${item.version_no} item=${item} siteId=${siteId} changed=${changed} /><${Preview} item=${item} />
      ${canEdit(siteId) && html`<${Settings} key=${item.version} item=${item} siteId=${siteId} changed=${changed} />`}</section>
    ${canEdit(siteId) && item.mailbox_address && html`<${Enrol} item=${item} siteId=${siteId} done=${changed} />`}
    <${People} item=${item} siteId=${siteId} state=${filters.state ?? ""} turn=${news} changed=${changed} />`}<//>`;
}

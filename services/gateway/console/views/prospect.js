// One prospect: what it is about, what speaks against it, whom to write to, and all there was with its domain.
import { useState } from "preact/hooks";
import { get, getWithTag, patch, post, remove } from "../api.js";
import { count, External, html, many, Moment, shortUrl } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { Outcome, useAct } from "../pieces/act.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";
import { isToBeRead, useWaiting } from "../pieces/waiting.js";
import { link } from "../route.js";
import { choices, live, word } from "../state.js";
import { SlotOf } from "./plan_assign.js";

const out = (value) => (value === null ? "not known" : `${count(value)} of 100`);

function Judgement({ one }) {
  const { evidence } = one;
  return html`<section class="card"><h2>What was read</h2>
    <ul class="figures"><li><b>${out(one.relevance)}</b>relevance</li><li><b>${out(one.quality)}</b>quality</li><li><b>${one.links_to_you === null ? "not known" : count(one.links_to_you)}</b>links to you</li></ul>
    ${evidence.title && html`<p class="wrap">“${evidence.title}”</p>`}<p>${evidence.relevance_sentence}</p>
    ${evidence.failure && html`<p class="muted">The last look saw nothing: ${evidence.failure}</p>`}
    ${evidence.shared.length > 0 && html`<${Table} caption="Words that you share" shown=${true} heads=${["Word", "On your side", "On theirs", ["Points", "number"]]} rows=${evidence.shared.map((row) => ({ key: row.word, cells: [row.word, row.yours, row.theirs, row.points] }))} />`}
    ${evidence.findings.length > 0 && html`<h3>What its home page shows</h3><ul>${evidence.findings.map((row) => html`<li>${row.sentence} ${row.points > 0 && html`<span class="muted">takes ${row.points} off</span>`}</li>`)}</ul>`}
    ${evidence.links_to_competitors.length > 0 && html`<p>It links to your competitors: ${evidence.links_to_competitors.map(hostName).join(", ")}.</p>`}
    ${evidence.pages.length > 0 && html`<details><summary>${many(evidence.pages.length, "page")} read</summary><ul class="plain">${evidence.pages.map((url) => html`<li><${External} href=${url}>${shortUrl(url)}<//></li>`)}</ul></details>`}</section>`;
}

function Work({ one, tag, changed }) {
  const act = useAct();
  const send = async (form) => {
    const body = { owner: form.get("owner").trim(), ...(form.get("stage") !== one.stage && { stage: form.get("stage"), reason: form.get("reason").trim() }) };
    const until = form.get("until");
    if (until || one.snoozed_until) body.snooze_until = until ? `${until}T00:00:00Z` : null;
    await patch(`/v1/prospects/${one.prospect_id}`, body, tag);
    await changed();
    return "Saved.";
  };
  const read = () => act.run(async () => (await post(`/v1/prospects/${one.prospect_id}/readings`)).sentence);
  return html`<section class="card"><h2>Move it on</h2><${Form} label="Save" send=${send}>
      <${Field} name="stage" label="Stage" as="select">${choices("prospect_stage").map(([code, text]) => html`<option value=${code} selected=${code === one.stage}>${text}</option>`)}<//>
      <${Field} name="reason" label="Why" maxlength="500" /><${Field} name="owner" label="Who looks after it" maxlength="200" defaultValue=${one.owner ?? ""} />
      <${Field} name="until" type="date" label="Put off until" defaultValue=${one.snoozed_until?.slice(0, 10) ?? ""} /><//>
    <div class="row"><button type="button" disabled=${act.busy} onClick=${read}>Read it again</button><a href=${link(["sites", one.site_id, "placements"])}>Write down a placement</a></div><${Outcome} act=${act} /></section>`;
}

function Contacts({ one, items, changed }) {
  const add = async (form, element) => {
    const given = [...form.entries()].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
    await post(`/v1/prospects/${one.prospect_id}/contacts`, Object.fromEntries(given));
    element.reset();
    await changed();
    return "Written down.";
  };
  return html`<section class="card"><h2>Whom to write to</h2>
    ${items.length === 0 ? html`<p class="muted">Nobody is known yet.</p>` : html`<${Table} caption="Contacts" heads=${["Address", "Who", "Found", "State"]} rows=${items.map((row) => ({ key: row.contact_id, cells: [
      row.email ? html`<span class="wrap">${row.email}</span>` : html`<${External} href=${row.source_url}>a form<//>`, [row.name, row.role].filter(Boolean).join(", "),
      html`${row.found_words.label} ${row.source_url && html`<${External} href=${row.source_url}>${shortUrl(row.source_url)}<//>`} <${Moment} at=${row.source_at} />`, row.do_not_contact ?? row.words.label] }))} />`}
    ${canEdit(one.site_id) && html`<details><summary>Write somebody down</summary><${Form} label="Write it down" send=${add}><${Field} name="email" type="email" label="E-mail address" maxlength="254" /><${Field} name="name" label="Name" maxlength="200" />
      <${Field} name="role" label="Role" maxlength="200" /><${Field} name="source_url" type="url" label="Where you found it" maxlength="2048" hint="Without an address: the page with the form." /><//></details>`}</section>`;
}

function Notes({ whole, path, edits, changed }) {
  const add = async (form, element) => {
    await post(`${path}/notes`, { text: form.get("text") });
    element.reset();
    await changed();
  };
  const drop = async (id) => { await remove(`${path}/notes/${id}`); await changed(); };
  return html`<h3>Notes</h3>${whole.notes.length === 0 && html`<p class="muted">None yet.</p>`}
    <ul class="plain">${whole.notes.map((note) => html`<li key=${note.note_id}><span class="wrap">${note.text}</span> <span class="muted small">${note.actor}, <${Moment} at=${note.created_at} /></span> ${edits && html`<button type="button" class="quiet" onClick=${() => drop(note.note_id)}>Delete the note</button>`}</li>`)}</ul>
    ${edits && html`<${Form} label="Add the note" send=${add}><${Field} name="text" label="A note about the domain" as="textarea" maxlength="5000" required /><//>`}`;
}

function Relationship({ one, whole, path, changed }) {
  const paid = whole.spend.map((sum) => `${sum.amount} ${sum.currency}`).join(", ");
  return html`<section class="card"><h2>All there was with ${hostName(one.domain)}</h2><p class="muted">Over all sites that you may see.</p>
    <dl class="facts"><dt>Links</dt><dd>${whole.degraded.length > 0 ? "not known at this moment" : whole.links.map((row) => `${hostName(row.site_domain)}: ${many(row.links_present, "present link")} of ${count(row.links)}`).join("; ") || "none"}</dd>
      <dt>Placements</dt><dd>${whole.placements.map((row) => `${row.words.label} (${row.target_url ? shortUrl(row.target_url) : "any page"})`).join("; ") || "none"}${paid && `; agreed prices: ${paid}`}</dd>
      ${whole.offers.length > 0 && html`<dt>Offers</dt><dd><ul class="plain">${whole.offers.map((row) => html`<li key=${row.offer_id}>${row.label}: ${row.sentence}</li>`)}</ul></dd>`}
      ${whole.owed.length > 0 && html`<dt>You owe them</dt><dd><ul class="plain">${whole.owed.map((row) => html`<li key=${row.exchange_id} class="wrap">${shortUrl(row.our_url)}: ${row.sentence}</li>`)}</ul></dd>`}
      <dt>Mails</dt><dd>${whole.messages.length === 0 ? "none" : html`<ul class="plain">${whole.messages.map((row) => html`<li key=${row.message_id} class="wrap">“${row.subject}” to ${row.to_email}, ${row.sent_at ? html`sent <${Moment} at=${row.sent_at} />` : "not sent"}</li>`)}</ul>`}</dd></dl>
    <h3>What happened</h3><ol class="timeline">${whole.history.map((row) => html`<li key=${row.change_id}><${Moment} at=${row.at} /> ${row.to_stage && html`<b>${word("prospect_stage", row.to_stage)}</b>: `}${row.sentence} <span class="muted">${row.actor}</span></li>`)}</ol>
    <${Notes} whole=${whole} path=${path} edits=${canEdit(one.site_id)} changed=${changed} /></section>`;
}

async function load(prospectId) {
  const { value: one, etag } = await getWithTag(`/v1/prospects/${prospectId}`);
  const path = `/v1/relationships/${encodeURIComponent(one.domain)}`;
  const [people, whole] = await Promise.all([get(`/v1/prospects/${prospectId}/contacts`), get(path)]);
  return { one, etag, path, whole, people: people.items };
}

export function OneProspect({ siteId, prospectId }) {
  const [turn, setTurn] = useState(0);
  const state = useLoad(() => load(prospectId), [prospectId], `${turn} ${live.value.turn}`);
  const changed = () => setTurn((before) => before + 1);
  useWaiting(state.value !== undefined && isToBeRead(state.value.one), changed);
  return html`<p><a href=${link(["sites", siteId, "prospects"])}>All prospects</a></p>
    <${Loading} what="the prospect" state=${state}>${({ one, etag, path, whole, people }) => html`<h1 class="wrap">${hostName(one.domain)}</h1>
      <p><span class="tag">${one.words.label}</span> ${one.words.sentence} <span class="muted">${one.words.todo}</span></p>
      ${one.do_not_contact && html`<div class="notice"><p>Never write to it: ${one.do_not_contact}</p></div>`}
      ${one.url && html`<p>Named page: <${External} href=${one.url}>${shortUrl(one.url)}<//></p>`}<${ReadOnly} siteId=${siteId} />
      <${SlotOf} one=${one} edits=${canEdit(siteId)} changed=${changed} />
      <${Judgement} one=${one} /><${Contacts} one=${one} items=${people} changed=${changed} />
      ${canEdit(siteId) && html`<${Work} key=${one.version} one=${one} tag=${etag} changed=${changed} />`}
      <${Relationship} one=${one} whole=${whole} path=${path} changed=${changed} />`}<//>`;
}

// Asking sites to take links out, without sending mail from here: whom, what to write, what came of it.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { day, html, many } from "../html.js";
import { hostName } from "../names.js";
import { useAct, Outcome } from "../pieces/act.js";
import { CopyText } from "../pieces/copy.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { link } from "../route.js";
import { word } from "../state.js";

const STEPS = [["asked", "I asked"], ["reminded", "I reminded them"], ["answered", "They answered"], ["refused", "They refused"]];
const today = () => new Date().toISOString().slice(0, 10);

function Letter({ siteId, domain }) {
  const [text, setText] = useState();
  const act = useAct();
  const load = (event) => {
    if (!event.currentTarget.open || text !== undefined) return;
    act.run(async () => {
      const answer = await fetch(`/v1/sites/${siteId}/removals/letter?domain=${encodeURIComponent(domain)}`);
      if (!answer.ok) throw new Error("The letter could not be written. Try again.");
      setText(await answer.text());
    });
  };
  return html`<details onToggle=${load}><summary>Letter to copy</summary><${Outcome} act=${act} />${text !== undefined && html`<${CopyText} label=${`Letter to ${hostName(domain)}`} text=${text} rows=${12} />`}</details>`;
}

function Log({ item, siteId, changed }) {
  const act = useAct();
  const [on, setOn] = useState(today());
  const [note, setNote] = useState("");
  const [last, setLast] = useState();
  const log = (step) => act.run(async () => {
    const { removal_ids } = await post(`/v1/sites/${siteId}/removals`, { domains: [item.domain], step, happened_on: on, note });
    setLast(removal_ids);
    setNote("");
    changed();
    return "Noted.";
  });
  const back = () => act.run(async () => { await post(`/v1/sites/${siteId}/removals/undo`, { removal_ids: last }); setLast(undefined); changed(); return "Taken back."; });
  return html`<div class="row controls"><div class="field"><label for=${`on-${item.domain}`}>On</label><input id=${`on-${item.domain}`} type="date" value=${on} max=${today()} onInput=${(event) => setOn(event.target.value)} /></div>
      <div class="field grow"><label for=${`note-${item.domain}`}>Note</label><input id=${`note-${item.domain}`} maxlength="500" value=${note} onInput=${(event) => setNote(event.target.value)} /></div></div>
    <div class="row answers">${STEPS.map(([step, label]) => html`<button type="button" disabled=${act.busy || !on} onClick=${() => log(step)}>${label}</button>`)}
      ${last && html`<button type="button" onClick=${back}>Take that back</button>`}</div><${Outcome} act=${act} />`;
}

function Item({ item, siteId, changed }) {
  return html`<article class="card item" aria-label=${hostName(item.domain)}><div class="row between"><h2>${hostName(item.domain)}</h2><span class=${`tag ${item.state === "removed" ? "good" : ""}`}>${word("removal", item.state)}</span></div>
    <p>${item.sentence} <span class="muted">${many(item.links, "link")} known.</span></p><p class="muted small wrap">Contact: ${item.contact_words}</p>
    ${item.attempts.length > 0 && html`<ul class="plain">${item.attempts.map((one) => html`<li>${day(one.happened_on)}: ${word("removal", one.step)}, noted by ${one.made_by}${one.note ? `: ${one.note}` : ""}</li>`)}</ul>`}
    ${item.state !== "removed" && html`<${Letter} siteId=${siteId} domain=${item.domain} />${canEdit(siteId) && html`<${Log} item=${item} siteId=${siteId} changed=${changed} />`}`}</article>`;
}

export function Removals({ siteId }) {
  const [turn, setTurn] = useState(0);
  return html`<h1>Removals</h1>
    <p class="muted">Domains that somebody decided to have taken out or to disavow. No mail is sent from here. “Removed” cannot be typed in: our own look finds it.</p>
    <${ReadOnly} siteId=${siteId} />
    <p><a href=${`/v1/sites/${siteId}/removals.csv`} download>All of them as a table, with contacts</a></p>
    <${Paged} what="domains to ask" path=${`/v1/sites/${siteId}/removals`} size=${20} turn=${turn} empty=${html`<p>Nobody is to be asked. Domains come here by the answers “Ask for removal” and “Disavow” in the <a href=${link(["sites", siteId, "reviews"])}>review</a>.</p>`}>${(items) => items.map((item) => html`
      <${Item} key=${item.domain} item=${item} siteId=${siteId} changed=${() => setTurn((before) => before + 1)} />`)}<//>`;
}

// Lost links and dead pages, what is likely to bring most first: a draft to copy, and what came of it.
import { useState } from "preact/hooks";
import { get, getWithTag, patch } from "../api.js";
import { count, day, External, html, Moment, shortUrl } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Choice } from "../pieces/choice.js";
import { CopyText } from "../pieces/copy.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { link } from "../route.js";
import { live } from "../state.js";

const STATES = [["open", "Open"], ["asked", "Asked"], ["won_back", "Won back"], ["dismissed", "Let go"]];
const today = () => new Date().toISOString().slice(0, 10);

function Summary({ siteId, turn }) {
  const state = useLoad(() => get(`/v1/sites/${siteId}/recoveries/summary`), [siteId], turn);
  return html`<${Loading} what="the sums" state=${state}>${(sums) => html`<ul class="figures">${STATES.map(([code, label]) => html`
    <li><b>${count(sums[code].items)}</b>${label.toLowerCase()} <span class="muted small">(value ${sums[code].value.toFixed(1)})</span></li>`)}</ul>`}<//>`;
}

function Draft({ item }) {
  if (item.draft) return html`<details><summary>Draft to copy</summary><${CopyText} label="Subject" text=${item.draft.subject} rows=${1} /><${CopyText} label="Letter" text=${item.draft.body} rows=${9} /></details>`;
  if (!item.draft_from) return null;
  return html`<p class="muted small">A draft comes on <${Moment} at=${item.draft_from} />: pages are often edited in several steps, and much comes back by itself.</p>`;
}

function Item({ item, siteId, changed }) {
  const act = useAct();
  const [on, setOn] = useState(today());
  const change = (body, said) => act.run(async () => {
    const { etag } = await getWithTag(`/v1/recoveries/${item.id}`);
    await patch(`/v1/recoveries/${item.id}`, body, etag);
    changed();
    return said;
  });
  const waits = ["open", "asked"].includes(item.state);
  const name = item.kind === "target" ? item.target_url : item.referring_url;
  return html`<article class="card item" aria-label=${shortUrl(name)}>
    <div class="row between"><h2>${item.kind === "target" ? "Your page " : ""}<${External} href=${name}>${shortUrl(name)}<//></h2><span class="row"><span class="tag">${item.action_words.label}</span><span class="tag">${item.state_words.label}</span></span></div>
    <p>${item.action_words.sentence} <strong>${item.action_words.todo}</strong></p>
    ${item.sentence && html`<p class="context">${item.sentence}</p>`}
    ${item.meant_url && html`<p>Meant was probably <${External} href=${item.meant_url} />.</p>`}
    <p class="muted small">Gone since ${day(item.lost_at)}. Worth ${item.value.toFixed(2)} of an ordinary link, with a chance of ${Math.round(item.probability * 100)} %. ${[item.domain_sentence,
      item.asked_on && `Asked on ${day(item.asked_on)}${item.asked_by ? ` by ${item.asked_by}` : ""}.`, item.note && `Note: ${item.note}`].filter(Boolean).join(" ")}
      ${item.link_id && html` <a href=${link(["links", item.link_id])}>See the link</a>`} ${item.action === "redirect" && html` <a href=${link(["sites", siteId, "redirects"])}>See where it could lead</a>`}</p>
    <${Draft} item=${item} />
    ${waits && canEdit(siteId) && html`<div class="row answers">
      <label class="inline">Asked on <input type="date" value=${on} max=${today()} onInput=${(event) => setOn(event.target.value)} /></label>
      <button type="button" disabled=${act.busy || !on} onClick=${() => change({ asked_on: on }, "Noted. It closes itself when the link is seen again.")}>Note that I asked</button>
      <button type="button" disabled=${act.busy} onClick=${() => change({ state: "dismissed" }, "Let go.")}>Let it go</button></div>`}
    ${item.state === "dismissed" && canEdit(siteId) && html`<div class="row answers"><button type="button" onClick=${() => change({ state: "open" }, "Open again.")}>Open it again</button></div>`}
    <${Outcome} act=${act} /></article>`;
}

export function Recoveries({ siteId }) {
  const [state, setState] = useState("open,asked");
  const [kind, setKind] = useState("");
  const [turn, setTurn] = useState(0);
  const news = turn * 1000 + live.value.turn;
  return html`<h1>Win back</h1>
    <p class="muted">Links that were there and are gone, confirmed by a second look, and pages of yours that died with links on them. Nothing is sent from here: copy the draft, and note that you asked. An item closes itself when the link is seen again.</p>
    <${ReadOnly} siteId=${siteId} />
    <${Summary} siteId=${siteId} turn=${news} />
    <div class="row controls"><${Choice} label="Show" value=${state} options=${[["open,asked", "What waits"], ...STATES]} change=${setState} />
      <${Choice} label="What" value=${kind} empty="Links and pages" options=${[["link", "Lost links"], ["target", "Dead pages of yours"]]} change=${setKind} /></div>
    <${Paged} what="what may be won back" path=${`/v1/sites/${siteId}/recoveries`} params=${{ state, kind }} size=${20} turn=${news}
      empty=${html`<p>Nothing here. A lost link comes into this list after a second look has confirmed it.</p>`}>${(items) => items.map((item) => html`
      <${Item} key=${item.id} item=${item} siteId=${siteId} changed=${() => setTurn((before) => before + 1)} />`)}<//>`;
}

// The review: what waits for a decision with its evidence, four answers to give, and the way back.
import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "../api.js";
import { count, External, html, shortUrl } from "../html.js";
import { hostName } from "../names.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { Finding } from "../pieces/finding.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { link } from "../route.js";
import { live, saying, word } from "../state.js";
import { Calibration } from "./calibration.js";
import { Decisions } from "./decisions.js";

export const ANSWERS = [["keep", "k"], ["ask_removal", "r"], ["disavow", "d"], ["ignore", "i"]];
const FIRST = 3;
const ACTIONS = ["propose_disavow", "request_removal", "review", "look_again"];
const KEY = Object.fromEntries(ANSWERS.map(([code, key]) => [key, code]));

export function answer(code) {
  return word("decision", code);
}

function Evidence({ item }) {
  const against = item.findings.filter((one) => one.weight > 0).sort((one, other) => other.weight - one.weight);
  const forIt = item.findings.filter((one) => one.weight < 0);
  const list = (found) => html`<ul class="plain">${found.map((one) => html`<${Finding} one=${one} />`)}</ul>`;
  return html`${against.length > 0 ? html`${list(against.slice(0, FIRST))}${against.length > FIRST && html`<details><summary>${count(against.length - FIRST)} more against it</summary>${list(against.slice(FIRST))}</details>`}` : html`<p class="muted">Nothing speaks against it.</p>`}
    ${forIt.length > 0 && html`<details><summary>What speaks for it (${count(forIt.length)})</summary>${list(forIt)}</details>`}
    ${item.held_back_by.length > 0 && html`<p class="muted small">Not proposed for disavowing: ${item.held_back_by.map((code) => saying("hold", code)).join(" ")}</p>`}`;
}

function step(card, forward) {
  const cards = [...card.closest(".queue").querySelectorAll(".item")];
  const next = cards[cards.indexOf(card) + (forward ? 1 : -1)];
  next?.focus();
}

function Card({ item, decided, may, decide, undo, picked, pick }) {
  const box = useRef(null);
  const act = useAct();
  const choose = async (code) => { if (await act.run(() => decide(item, code))) step(box.current, true); };
  const back = () => act.run(() => undo(decided));
  function keyed(event) {
    if (!may || event.ctrlKey || event.metaKey || event.altKey || ["INPUT", "TEXTAREA", "SELECT"].includes(event.target.tagName)) return;
    const key = event.key.toLowerCase();
    if (KEY[key] && !decided) choose(KEY[key]);
    else if (key === "u" && decided) back();
    else if (key === "n" || key === "p") step(box.current, key === "n");
    else return;
    event.preventDefault();
  }
  return html`<article ref=${box} class="card item" tabindex="0" onKeyDown=${keyed} aria-label=${hostName(item.referring_domain)}>
    <div class="row between"><h2>${may && !decided && html`<input type="checkbox" aria-label=${`Select ${item.referring_url}`} checked=${picked} onChange=${pick} /> `}<${External} href=${item.referring_url}>${shortUrl(item.referring_url)}<//></h2>
      <span class="row">${item.sample && html`<span class="tag">drawn by lot</span>`}<span class="tag">${item.action_words.label}</span></span></div>
    <p>${item.sentence.replace(/\.?$/, ".")} <a href=${link(["links", item.link_id])}>See the link</a></p>
    <${Evidence} item=${item} />
    ${decided ? html`<div class="row"><strong>Decided: ${answer(decided.decision)}${decided.domains.length > 0 ? " (the whole domain)" : ""}</strong><button type="button" onClick=${back}>Undo</button></div>`
      : may && html`<div class="row answers">${ANSWERS.map(([code, key]) => html`<button type="button" disabled=${act.busy} aria-keyshortcuts=${key} title=${saying("decision", code)} onClick=${() => choose(code)}>${answer(code)}</button>`)}</div>`}
    <div class=${act.problem ? "" : "hidden"}><${Outcome} act=${act} /></div></article>`;
}

function Bulk({ picked, decide, clear, whole }) {
  if (picked.length === 0) return null;
  const domains = [...new Set(picked.map((one) => one.referring_domain))];
  const impact = (code) => html`<p><strong>${answer(code)}:</strong> ${saying("decision", code)} It is decided for ${whole ? `all links of ${count(domains.length)} domains` : `${count(picked.length)} links`} and can be undone.</p>
    <ul>${(whole ? domains.map(hostName) : picked.map((one) => shortUrl(one.referring_url))).slice(0, 30).map((one) => html`<li class="wrap">${one}</li>`)}</ul>`;
  return html`<div class="card row between" role="group" aria-label="With what is selected"><strong role="status">${count(picked.length)} selected</strong><div class="row">
    ${ANSWERS.map(([code]) => html`<${Confirm} label=${answer(code)} title=${`${answer(code)}: ${count(picked.length)} selected`} yes=${answer(code)} impact=${() => impact(code)} act=${() => decide(picked, code)} />`)}
    <button type="button" class="quiet" onClick=${clear}>Select none</button></div></div>`;
}

// What was decided on this page stays where it was, with its undo, until the page is left.
function useDecisions(siteId, whole, reason, news) {
  const [made, setMade] = useState([]);
  const of = (item) => made.find((one) => one.links.includes(item.link_id) || one.domains.includes(item.referring_domain));
  async function decide(items, decision) {
    const subject = whole ? { site_id: siteId, domains: [...new Set(items.map((one) => one.referring_domain))] } : { links: items.map((one) => one.link_id) };
    const { reviews } = await post("/v1/reviews", { ...subject, decision, reason });
    setMade((before) => [...before, ...reviews]);
    news();
    return `Decided: ${answer(decision)}.`;
  }
  async function undo(review) {
    await post("/v1/reviews/undo", { review_ids: [review.review_id] });
    setMade((before) => before.filter((one) => one.review_id !== review.review_id));
    news();
    return "Undone.";
  }
  return { of, decide, undo };
}

function Queue({ items, siteId, whole, reason, news }) {
  const [picked, setPicked] = useState({});
  const decisions = useDecisions(siteId, whole, reason, news);
  const may = canEdit(siteId);
  useEffect(() => setPicked({}), [items]);
  const chosen = items.filter((one) => picked[one.link_id] && !decisions.of(one));
  return html`<${Bulk} picked=${chosen} whole=${whole} decide=${decisions.decide} clear=${() => setPicked({})} />
    <div class="queue">${items.map((item) => html`<${Card} key=${item.link_id} item=${item} may=${may} decided=${decisions.of(item)} undo=${decisions.undo}
      decide=${(one, code) => decisions.decide([one], code)} picked=${Boolean(picked[item.link_id])} pick=${() => setPicked({ ...picked, [item.link_id]: !picked[item.link_id] })} />`)}</div>`;
}

export function Reviews({ siteId }) {
  const [action, setAction] = useState("");
  const [whole, setWhole] = useState(false);
  const [reason, setReason] = useState("");
  const [turn, setTurn] = useState(0);
  return html`<h1>Review</h1>
    <p class="muted">What a decision changes most comes first; one in five is drawn by lot, so that you see how often the score is wrong. Nothing is sent to anybody, and every decision can be undone.</p>
    <${ReadOnly} siteId=${siteId} />
    <div class="row controls"><${Choice} label="Show" value=${action} empty="All that waits" options=${ACTIONS.map((code) => [code, word("action", code)])} change=${setAction} />
      ${canEdit(siteId) && html`<${Choice} label="Decide about" value=${whole ? "domain" : "link"} options=${[["link", "The one link"], ["domain", "Its whole domain"]]} change=${(code) => setWhole(code === "domain")} />
      <div class="field grow"><label for="reason">Reason, kept with the decision</label><input id="reason" maxlength="300" value=${reason} onInput=${(event) => setReason(event.target.value)} /></div>`}</div>
    ${canEdit(siteId) && html`<p class="muted small">With a card in focus: ${ANSWERS.map(([code, key]) => html`<kbd>${key}</kbd> ${answer(code)} `)}<kbd>u</kbd> Undo <kbd>n</kbd> Next <kbd>p</kbd> Previous</p>`}
    <${Paged} what="what waits" path=${`/v1/sites/${siteId}/reviews`} params=${{ action, include: "count" }} size=${10}
      empty=${html`<p>Nothing waits for a decision. Links are judged as soon as their pages were read; <a href=${link(["sites", siteId, "toxicity"])}>see what was found</a>.</p>`}>${(items, page) => html`
      ${page.count !== undefined && page.count !== null && html`<p class="muted">${count(page.count)} wait.</p>`}
      <${Queue} items=${items} siteId=${siteId} whole=${whole} reason=${reason} news=${() => setTurn((before) => before + 1)} />`}<//>
    <${Decisions} siteId=${siteId} turn=${turn * 1000 + live.value.turn} />
    <${Calibration} siteId=${siteId} turn=${turn} />`;
}

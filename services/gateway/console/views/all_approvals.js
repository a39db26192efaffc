// All that waits for a person's word, over all sites; each thing is approved at the place of its owner.
import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../api.js";
import { count, html, moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { Choice } from "../pieces/choice.js";
import { go } from "../route.js";
import { live } from "../state.js";
import { Message } from "./approvals.js";

const PARTS = { toxicity: "disavow files and letters", outreach: "messages, briefs and plans", profile: "reports" };
const where = (one) => `#/sites/${one.site_id}/${one.place}`;

function step(card, forward) {
  const cards = [...card.closest(".queue").querySelectorAll(":scope > .item")];
  cards[cards.indexOf(card) + (forward ? 1 : -1)]?.focus();
}

// A message is approved where it is read whole; it opens here, and the buttons are those of its own screen.
function Letter({ one, news }) {
  const state = useLoad(() => get(`/v1/messages/${one.id}`), [one.id], live.value.turn);
  return html`<${Loading} what="the message" state=${state}>${(item) => html`<${Message} key=${item.version} item=${item} may=${one.may} news=${() => { state.again(); news(); }} />`}<//>`;
}

function Waiting({ one, news }) {
  const box = useRef(null);
  const [open, setOpen] = useState(false);
  const isMessage = one.kind === "message";
  function keyed(event) {
    if (event.target !== box.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const deed = { n: () => step(box.current, true), p: () => step(box.current, false), o: () => { if (isMessage) setOpen(!open); else location.hash = where(one); } }[event.key.toLowerCase()];
    if (!deed) return;
    event.preventDefault();
    deed();
  }
  return html`<article ref=${box} class="card item" tabindex="0" onKeyDown=${keyed} aria-label=${`${one.label}: ${one.title}`}>
    <div class="row between"><h2 class="wrap">${one.title}</h2><span class="tag">${one.label}</span></div>
    <p class="muted small wrap">${hostName(one.domain)}, since ${moment(one.since)}.</p>
    <p><strong>What happens:</strong> ${one.will}</p><p><strong>Who may say yes:</strong> ${one.who}${!one.may && html` <span class="muted">You may not.</span>`}</p>
    <div class="row answers">${isMessage ? html`<button type="button" aria-expanded=${open} aria-keyshortcuts="o" onClick=${() => setOpen(!open)}>${open ? "Close it" : "Read it"}</button>` : ""}
      <a class="button" aria-keyshortcuts=${isMessage ? undefined : "o"} href=${where(one)}>Go there<span class="hidden">: ${one.label}, ${one.title}</span></a></div>
    ${open && html`<div class="within"><${Letter} one=${one} news=${news} /></div>`}</article>`;
}

export function AllApprovals({ filters }) {
  const [turn, setTurn] = useState(0);
  const news = () => setTurn((before) => before + 1);
  const state = useLoad(() => get("/v1/approvals", { kind: filters.kind }), [filters.kind], `${turn} ${live.value.turn}`);
  const [kinds, setKinds] = useState([]);
  useEffect(() => { // what there is to choose from stays while something is chosen
    if (state.value && !filters.kind) setKinds(Object.entries(state.value.counts).map(([kind, many]) => [kind, `${state.value.items.find((one) => one.kind === kind).label} (${count(many)})`]));
  }, [state.value]);
  return html`<h1>Approvals</h1><p class="muted">What waits for a person’s word, on all your sites. Nothing here happens by itself, and nothing is approved from a chat: a person has to read it.</p>
    <${Loading} what="what waits" state=${state}>${({ items, degraded, more }) => html`
      ${degraded.length > 0 && html`<p class="notice">What waits among ${degraded.map((one) => PARTS[one.service]).join(" and ")} cannot be told at the moment.</p>`}
      ${(kinds.length > 1 || filters.kind) && html`<div class="row controls"><${Choice} label="Show" value=${filters.kind} empty="All" options=${kinds} change=${(kind) => go(["approvals"], { kind })} /></div>`}
      ${items.length === 0 ? html`<p class="notice">${degraded.length > 0 ? "Nothing else waits." : "Nothing waits for anybody."}</p>`
        : html`<p class="muted small">With one in focus: <kbd>o</kbd> Open <kbd>n</kbd> Next <kbd>p</kbd> Previous</p>
          <div class="queue">${items.map((one) => html`<${Waiting} key=${one.kind + one.id} one=${one} news=${news} />`)}</div>
          ${more && html`<p class="muted">There is more; what waits longest is shown first.</p>`}`}`}<//>`;
}

// Tables and long lists: one look, one way to page and to filter; on a phone each row becomes a block.
import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../api.js";
import { count, html } from "../html.js";
import { Loading, useLoad } from "../load.js";

// `heads`: a text, or [text, "number"]. `rows`: {key, cells}; the first cell names its row.
export function Table({ caption, heads, rows, shown = false }) {
  const named = heads.map((head) => (Array.isArray(head) ? { text: head[0], kind: head[1] } : { text: head, kind: "" }));
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}><table class="blocks" role="table">
    <caption class=${shown ? "" : "hidden"}>${caption}</caption>
    <thead role="rowgroup"><tr role="row">${named.map((head) => html`<th scope="col" role="columnheader" class=${head.kind}>${head.text}</th>`)}</tr></thead>
    <tbody role="rowgroup">${rows.map((row) => html`<tr key=${row.key} role="row">${row.cells.map((cell, at) => at === 0
      ? html`<th scope="row" role="rowheader" class=${named[at].kind}>${cell}</th>`
      : html`<td role="cell" class=${named[at]?.kind} data-head=${named[at]?.text || undefined}><div>${cell}</div></td>`)}</tr>`)}</tbody>
  </table></div>`;
}

// A list of the API, a page at a time. `children(items, answer, again)` shows what came. The page before
// stays until the next one is here: whoever pages by keyboard does not lose the place.
export function Paged({ what, path, params = {}, size = 50, turn, empty, children }) {
  const [trail, setTrail] = useState([""]);
  const top = useRef(null);
  const kept = JSON.stringify([path, params]);
  const cursor = trail[trail.length - 1];
  useEffect(() => { setTrail([""]); }, [kept]);
  useEffect(() => { if (cursor || top.current?.dataset.paged) top.current.scrollIntoView({ block: "start" }); }, [cursor]);
  const state = useLoad(() => get(path, { ...params, limit: size, cursor }), [kept], `${cursor} ${turn}`);
  return html`<${Loading} what=${what} state=${state}>${(answer) => answer.items.length === 0 && trail.length === 1
    ? html`<div class="notice">${empty}</div>`
    : html`<div ref=${top} class="list" data-paged=${trail.length > 1 ? "yes" : undefined}>${children(answer.items, answer, state.again)}</div>
      ${(answer.has_more || trail.length > 1) && html`<nav class="row pager" aria-label=${`Pages of ${what}`}>
        <button type="button" disabled=${trail.length === 1} onClick=${() => setTrail(trail.slice(0, -1))}>Previous page</button>
        <span class="muted" role="status">Page ${count(trail.length)}</span>
        <button type="button" disabled=${!answer.has_more} onClick=${() => setTrail([...trail, answer.next_cursor])}>Next page</button></nav>`}`}<//>`;
}

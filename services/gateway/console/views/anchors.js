// What links say: shares by domain and by link, the anchors themselves with the rule that decided, and what to change.
import { useState } from "preact/hooks";
import { get } from "../api.js";
import { count, html, many, shortUrl } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Choice } from "../pieces/choice.js";
import { Table } from "../pieces/table.js";
import { link } from "../route.js";
import { live, word } from "../state.js";
import { Bars } from "./overview.js";

const MANY = 30;

function Texts({ items, siteId }) {
  const [shown, setShown] = useState(MANY);
  return html`<section class="card"><h2>The anchors</h2><${Table} caption="Anchors" heads=${["Anchor", "Kind", "Because of", ["Domains", "number"], ["Links", "number"]]} rows=${items.slice(0, shown).map((one) => ({ key: `${one.text} ${one.kind}`, cells: [
      html`<a class="wrap" href=${link(["sites", siteId, "links"], { anchor: one.text })}>${one.text || "(no text)"}</a>`, html`${word("anchor_kind", one.kind)}${one.flags.length > 0 ? html` <span class="muted small">${one.flags.map((flag) => word("anchor_flag", flag)).join(", ")}</span>` : ""}`,
      html`<span class="muted small wrap">${String(one.rule ?? "").replaceAll("_", " ")}${one.word ? `: ${one.word}` : ""}</span>`, count(one.domains), count(one.links)] }))} />
    ${items.length > shown && html`<p><button type="button" onClick=${() => setShown(shown + MANY)}>Show more</button></p>`}</section>`;
}

// Warnings that ask for the same are one: what was seen of each, and what to do once.
function byAdvice(warnings) {
  const found = new Map();
  for (const one of warnings) found.set(one.todo, [...(found.get(one.todo) ?? []), one.sentence]);
  return [...found];
}

// `said`: what stands above already.
function Changes({ siteId, said, turn }) {
  const state = useLoad(() => get(`/v1/sites/${siteId}/anchors/rebalancing`), [siteId], turn);
  return html`<section class="card"><h2>What to change</h2><${Loading} what="the plan" state=${state}>${(plan) => html`${plan.sentence === said ? html`<p>Nothing now.</p>` : html`<p>${plan.sentence}</p>`}
    ${plan.changes.length > 0 && html`<p class="muted">${many(plan.changes_needed, "change")} would do${plan.or_placements === null ? "" : `, or ${many(plan.or_placements, "new link")} of other kinds`}. Where nobody is known who promised a link, the owner of its domain is named.</p>
      <${Table} caption="Anchors to change" heads=${["Page that links", "Says now", "To", "Why", "Who could"]} rows=${plan.changes.map((one) => ({ key: one.link_id, cells: [html`<a class="wrap" href=${link(["links", one.link_id])}>${shortUrl(one.referring_url)}</a>`, html`<span class="wrap">${one.anchor_text}</span>`, one.label, one.why, one.who || "–"] }))} />`}
    ${plan.next.length > 0 && html`<details><summary>What the next links should say</summary><ol class="plain">${plan.next.map((one) => html`<li>${one.sentence}</li>`)}</ol></details>`}`}<//></section>`;
}

export function Anchors({ siteId }) {
  const [by, setBy] = useState("by_domain");
  const state = useLoad(() => get(`/v1/sites/${siteId}/anchors`), [siteId], live.value.turn);
  return html`<h1>Anchors</h1><p class="muted">What links say. The bands are aims for new links and no alarms: many brand anchors are healthy.</p>
    <${Loading} what="the anchors" state=${state}>${(value) => html`<section class="card"><p>${value.sentence}</p>
        ${byAdvice(value.warnings).map(([todo, said]) => html`<div class="trouble">${said.length === 1 ? html`<p>${said[0]} <strong>${todo}</strong></p>`
    : html`<ul class="plain">${said.map((one) => html`<li>${one}</li>`)}</ul><p><strong>${todo}</strong></p>`}</div>`)}
        ${value.overlap.length > 0 && html`<p class="muted">Brand and keyword are the same words here: ${value.overlap.join(", ")}.</p>`}
        <div class="row controls"><${Choice} label="Share of" value=${by} options=${[["by_domain", "Referring domains"], ["by_link", "Links"]]} change=${setBy} /></div><${Bars} rows=${value[by]} />
        ${value.unknown_links > 0 && html`<p class="muted small">Of ${many(value.unknown_links, "link")} the anchor is not known yet.</p>`}</section>
      <${Texts} items=${value.items} siteId=${siteId} /><${Changes} siteId=${siteId} said=${value.sentence} turn=${live.value.turn} />`}<//>`;
}

// One link: what it is now, what was agreed, who else claims what, and everything that happened to it.
import { useEffect, useState } from "preact/hooks";
import { get, getWithTag, patch, post } from "../api.js";
import { day, External, html, many, Moment, moment } from "../html.js";
import { Loading, Trouble, useLoad } from "../load.js";
import { canEdit } from "../pieces/rights.js";
import { link } from "../route.js";
import { live, siteOfLink, word } from "../state.js";
import { Evidence } from "./evidence.js";
import { Kept } from "./kept.js";
import { effect } from "./links.js";
import { LinkToxicity } from "./link_toxicity.js";
import { State } from "./state_of_link.js";

const FACTS = {
  anchor_text: "Anchor", rel: "rel", target_url: "Target", position: "Place on the page", kind: "Kind", hidden: "Hidden",
  http_status: "HTTP status", indexable: "May be indexed", final_url: "Final address", followed: "Followed", counts: "Counts for SEO", image_alt: "Image text",
};

function show(name, value) {
  if (value === null || value === undefined || value === "") return "nothing";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.join(" ") || "nothing";
  return word(name === "kind" ? "link_kind" : name, value) || String(value);
}

function Change({ change }) {
  const names = Object.keys(FACTS).filter((name) => JSON.stringify(change.previous?.[name]) !== JSON.stringify(change.current?.[name]));
  return html`<li>
    <strong>${change.words?.label}</strong> <span class="muted"><${Moment} at=${change.changed_at} /></span>
    <div>${change.words?.sentence}</div>
    ${names.length > 0 && html`<dl class="diff">${names.map((name) => html`<dt>${FACTS[name]}</dt>
      <dd><del>${show(name, change.previous?.[name])}</del></dd><dd><ins>${show(name, change.current?.[name])}</ins></dd>`)}</dl>`}
    ${change.evidence_id && html`<${Evidence} linkId=${change.link_id} id=${change.evidence_id} />`}
  </li>`;
}

function Occurrences({ item }) {
  return html`<section class="card"><h2>On the page</h2>
    ${item.occurrences.length === 0 && html`<p class="muted">Not seen on the page yet.</p>`}
    ${item.occurrences.map((one) => html`<p class="context">… ${one.left_context} <mark>${one.anchor_text || one.image_alt || "(no text)"}</mark> ${one.right_context} …
      <br /><span class="muted small">${word("link_kind", one.kind)} · ${word("position", one.position)}${one.rel.length ? ` · rel ${one.rel.join(" ")}` : ""}${one.hidden ? " · hidden" : ""}</span></p>`)}
  </section>`;
}

function Claims({ item }) {
  if (!item.sources?.length) return null;
  return html`<section class="card"><h2>What others say</h2>
    <table><caption class="hidden">Claims of other tools</caption><thead><tr><th scope="col">Source</th><th scope="col">Says</th><th scope="col">Dated</th></tr></thead>
    <tbody>${item.sources.map((one) => html`<tr><th scope="row">${one.label}</th>
      <td>${Object.entries(one.claim ?? {}).map(([name, value]) => html`<div><span class="muted">${name.replaceAll("_", " ")}</span> ${String(value)}</div>`)}</td><td>${day(one.claimed_at)}</td></tr>`)}</tbody></table>
    ${item.index_hint && html`<p class="muted">${item.index_hint.sentence}</p>`}
  </section>`;
}

function Actions({ item, etag, again }) {
  const [said, setSaid] = useState();
  const [problem, setProblem] = useState();
  const act = (work, text) => async () => {
    setProblem(undefined);
    try { await work(); setSaid(text); again(); } catch (trouble) { setProblem(trouble); }
  };
  const check = act(() => post(`/v1/links/${item.id}/checks`, {}), "The crawler will look as soon as its pace for this host allows.");
  const acknowledge = act(() => patch(`/v1/links/${item.id}`, { acknowledge: true }, etag), "Taken over as agreed.");
  return html`<div class="row">
    <button type="button" class="main" onClick=${check}>Look now</button>
    ${item.status === "changed" && html`<button type="button" onClick=${acknowledge}>Take over this change</button>`}
    <span role="status" class="muted">${said}</span>
    ${problem && html`<${Trouble} problem=${problem} />`}
  </div>`;
}

function Now({ item }) {
  const rows = [["Anchor", item.anchor_text ?? "not seen yet"], ["Target", html`<${External} href=${item.target_url} />`],
    ["Effect", effect(item)], ["rel", item.rel.join(" ") || "none"], ["Place", word("position", item.position)],
    ["HTTP status", item.http_status ?? "not seen"], ["Known since", day(item.known_since)], ["First seen", moment(item.first_seen_at) || "not yet"],
    ["Last seen", moment(item.last_seen_at) || "not yet"], ["Last look", moment(item.last_checked_at) || "not yet"], ["Next look", moment(item.next_check_at) || "soon"],
    ["Toxicity", item.toxicity?.sentence ?? "not judged yet"]];
  return html`<section class="card"><h2>Now</h2><dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>`;
}

export function Link({ id }) {
  const state = useLoad(async () => {
    const [answer, changes] = await Promise.all([getWithTag(`/v1/links/${id}`), get(`/v1/links/${id}/changes`, { limit: 200 })]);
    return { item: answer.value, etag: answer.etag, changes: changes.items };
  }, [id], live.value.turn);
  useEffect(() => { siteOfLink.value = state.value?.item.site_id; }, [state.value?.item.site_id]);
  return html`<${Loading} what="the link" state=${state}>${({ item, etag, changes }) => html`
    <p><a href=${link(["sites", item.site_id, "links"])}>All links of the site</a></p>
    <h1><${External} href=${item.referring_url} /></h1>
    <p><${State} item=${item} /> ${item.words.sentence} <span class="muted">${item.words.todo}</span></p>
    ${canEdit(item.site_id) && html`<${Actions} item=${item} etag=${etag} again=${state.again} />`}
    <div class="two">
      <div><section class="card"><h2>What happened</h2>
        ${changes.length === 0 ? html`<p class="muted">Nothing yet.</p>` : html`<ol class="timeline" reversed>${changes.map((change) => html`<${Change} key=${change.id} change=${change} />`)}</ol>`}
        <p class="muted small">${many(changes.length, "entry", "entries")}, kept for ever.</p></section>
        <${Occurrences} item=${item} /><${LinkToxicity} id=${item.id} turn=${live.value.turn} /></div>
      <div><${Now} item=${item} /><${Kept} item=${item} etag=${etag} again=${state.again} /><${Claims} item=${item} /></div>
    </div>`}<//>`;
}

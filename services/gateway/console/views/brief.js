// One brief: read, printed, changed, approved, and made a placement of.
import { get, patch, post, remove } from "../api.js";
import { day, External, html, Moment, shortUrl } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { Outcome, useAct } from "../pieces/act.js";
import { Confirm } from "../pieces/confirm.js";
import { Check, Field, Form } from "../pieces/form.js";
import { canEdit } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { link } from "../route.js";
import { saying } from "../state.js";

const NEXT = { draft: ["approved", "Approve it"], approved: ["sent", "The writer has it"], sent: ["done", "It is done"] };
const tag = (brief) => `W/"${brief.version}"`;

function Facts({ content }) {
  const said = [
    ["Page to link to", html`<${External} href=${content.target_url}>${shortUrl(content.target_url)}<//>`], ["Its title", content.target_title], ["It is about", content.keywords.join(", ")],
    ["Site that carries the link", content.host && hostName(content.host.domain)], ["Links that it has to us", content.host?.links_to_you || null], ["How it is got", content.method], ["Live by", content.deadline && day(content.deadline)],
  ].filter(([, value]) => value);
  return html`<dl class="facts">${said.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function List({ items }) {
  return html`<ul class="plain">${items.map((one) => html`<li class="wrap">${one}</li>`)}</ul>`;
}

function Said({ content }) {
  return html`<section class="card"><${Facts} content=${content} /></section>
    <section class="card"><h2>The link</h2><dl class="facts"><dt>It says</dt><dd>${content.anchor_text ? html`<strong>${content.anchor_text}</strong>` : "not decided yet"} <span class="muted">(${content.anchor_label})</span></dd>
      ${content.alternates.length > 0 && html`<dt>Or</dt><dd>${content.alternates.join("; ")}</dd>`}<dt>Where</dt><dd>${content.placing}</dd><dt>Mark</dt><dd>${content.rel_sentence}</dd></dl>
      ${content.forbidden.length > 0 && html`<h3>It must not say</h3><${List} items=${content.forbidden.map((one) => `${one.text}: ${one.because}`)} />`}</section>
    ${content.outline.length > 0 && html`<section class="card"><h2>Outline</h2>${content.outline.map((one) => html`<h3>${one.heading}</h3><p>${one.purpose}</p>`)}</section>`}
    <section class="card"><h2>Accepted when</h2><${List} items=${content.checklist} /></section>
    ${content.remarks && html`<section class="card"><h2>Remarks</h2><p class="letter">${content.remarks}</p></section>`}
    ${content.unknown.length > 0 && html`<section class="card"><h2>Not known</h2><${List} items=${content.unknown} /></section>`}`;
}

function Change({ brief, again }) {
  const { content } = brief;
  const save = async (form) => {
    const text = (name) => form.get(name).trim() || null;
    const given = { title: form.get("title").trim(), anchor_text: text("anchor_text"), referring_domain: text("referring_domain"), deadline: text("deadline"), remarks: form.get("remarks").trim(), paid: form.get("paid") === "on" };
    await patch(`/v1/briefs/${brief.brief_id}`, given, tag(brief));
    await again();
    return "Saved. It has to be approved again.";
  };
  return html`<details><summary>Change it</summary><${Form} label="Save" send=${save}><div class="halves">
    <${Field} name="title" label="Title" maxlength="200" required defaultValue=${content.title} /><${Field} name="referring_domain" label="Site that carries the link" defaultValue=${brief.referring_domain ?? ""} />
    <${Field} name="anchor_text" label="What the link says" maxlength="500" defaultValue=${content.anchor_text ?? ""} /><${Field} name="deadline" label="Live by" type="date" defaultValue=${content.deadline ?? ""} />
    <${Field} name="remarks" label="Remarks" as="textarea" maxlength="5000" defaultValue=${content.remarks} /></div><${Check} name="paid" label="The link is paid for" defaultChecked=${content.paid} /><//></details>`;
}

function Agree({ brief, again }) {
  const send = async (form) => {
    const [page, amount] = [form.get("referring_url").trim(), form.get("amount").trim()];
    await post(`/v1/briefs/${brief.brief_id}/placement`, { ...(page ? { referring_url: page } : {}), ...(amount ? { price: { amount, currency: form.get("currency").trim() } } : {}) });
    await again();
  };
  return html`<details><summary>Write down the placement</summary><p class="muted">Its page, words, mark and day come from the brief.</p><${Form} label="Write it down" send=${send}><div class="halves">
    <${Field} name="referring_url" label="Page that carries the link" hint="Empty while it is not known." /><${Field} name="amount" label="Price" inputmode="decimal" /><${Field} name="currency" label="Currency" maxlength="3" hint="Three letters, such as EUR." /></div><//></details>`;
}

function Work({ brief, again, removed }) {
  const act = useAct();
  const [state, label] = NEXT[brief.state] ?? [];
  const move = () => act.run(async () => { await patch(`/v1/briefs/${brief.brief_id}`, { state }, tag(brief)); await again(); });
  const drop = async () => { await remove(`/v1/briefs/${brief.brief_id}`); removed(); };
  return html`<section class="card controls"><div class="row">${state && html`<button type="button" class="main" disabled=${act.busy} onClick=${move}>${label}</button>`}
      <${Confirm} label="Delete it" title="Delete the brief?" yes="Delete the brief" act=${drop} impact=${async () => html`<p>It goes with all its versions, and its slot is open for another one. A placement that was made of it stays.</p>`} /></div><${Outcome} act=${act} />
    <${Change} brief=${brief} again=${again} />${brief.state !== "draft" && !brief.placement_id && html`<${Agree} brief=${brief} again=${again} />`}
    <details><summary>Earlier versions</summary><${Paged} what="versions" path=${`/v1/briefs/${brief.brief_id}/versions`} size=${20} turn=${brief.version} empty=${html`<p>None.</p>`}>${(items) => html`
      <ol class="timeline">${items.map((one) => html`<li key=${one.version}><${Moment} at=${one.at} /> by ${one.actor}: ${one.content.anchor_text ? `“${one.content.anchor_text}”` : "no words yet"}</li>`)}</ol>`}<//></details></section>`;
}

export function OneBrief({ siteId, id, removed }) {
  const state = useLoad(() => get(`/v1/briefs/${id}`), [id]);
  return html`<p class="controls"><a href=${link(["sites", siteId, "briefs"])}>All briefs</a></p><${Loading} what="the brief" state=${state}>${(brief) => html`<h1 class="wrap">${brief.title}</h1>
    <p><span class=${`tag ${brief.state === "draft" ? "warn" : "good"}`}>${brief.state_words}</span> ${saying("brief", brief.state)} ${brief.approved_by ? `Approved by ${brief.approved_by}.` : ""}
      ${brief.placement_id && html` <a href=${link(["sites", siteId, "placements"])}>See its placement</a>`}</p>
    ${brief.warnings.length > 0 && html`<div class="trouble"><${List} items=${brief.warnings} /></div>`}
    <div class="row controls"><a class="button" href=${`/v1/briefs/${id}/markdown`} download>Markdown file</a><button type="button" onClick=${() => print()}>Print</button></div>
    <${Said} content=${brief.content} />${canEdit(siteId) && html`<${Work} key=${brief.version} brief=${brief} again=${state.again} removed=${removed} />`}`}<//>`;
}

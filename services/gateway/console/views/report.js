// One report for a client: read as the client will, written on, approved, shared, corrected.
import { useState } from "preact/hooks";
import { get, patch, post, remove } from "../api.js";
import { count, html, many, moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Outcome, useAct } from "../pieces/act.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { Job } from "../pieces/job.js";
import { canEdit } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";
import { go, link } from "../route.js";
import { choices } from "../state.js";
import { Mails } from "./report_readers.js";

const tag = (report) => `W/"${report.version}"`;
const base = (report) => `/v1/reports/${report.id}`;
const all = (siteId) => ["sites", siteId, "reports"];

function figure(value, unit) {
  return unit === "value" && value !== null ? value.toLocaleString(undefined, { maximumFractionDigits: 1 }) : count(value);
}

function change(one) {
  if (one.change === null) return "–";
  return one.change > 0 ? `+${figure(one.change, one.unit)}` : figure(one.change, one.unit);
}

// Why nothing can be compared is said once where it is the same for all.
function Figures({ content }) {
  const all = [...content.results.stocks, ...content.results.flows];
  const same = all.every((one) => one.before_because === all[0].before_because) ? all[0].before_because : null;
  const why = (one) => one.because ?? (one.before_because === same ? null : one.before_because);
  const rows = all.map((one) => ({ key: one.code, cells: [
    html`${one.label}${why(one) && html`<br /><span class="muted small">${why(one)}</span>`}`, figure(one.now, one.unit), figure(one.before, one.unit), change(one)] }));
  return html`<section class="card"><h2>Figures</h2>${same && html`<p class="muted">No comparison: ${same}</p>`}<${Table} caption=${`${content.span.label} against ${content.before.label}`} heads=${["What", [content.span.label, "number"], ["Before", "number"], ["Change", "number"]]} rows=${rows} /></section>`;
}

function Sentences({ content }) {
  const said = [...content.remarks, ...content.links.sentences];
  return html`${content.degraded.length > 0 && html`<div class="trouble"><p><strong>Parts are missing.</strong></p><ul class="plain">${content.degraded.map((one) => html`<li>${one.sentence}</li>`)}</ul></div>`}
    ${said.length > 0 && html`<div class="notice">${said.map((one) => html`<p>${one}</p>`)}</div>`}
    <div class="halves"><section class="card"><h2>Work done</h2>${content.work.length === 0 ? html`<p class="muted">Nothing was noted in these days.</p>` : html`<ul class="plain">${content.work.map((one) => html`<li>${one.sentence}</li>`)}</ul>`}</section>
    <section class="card"><h2>Next steps</h2>${content.next.length === 0 ? html`<p class="muted">Nothing waits.</p>` : html`<ul class="plain">${content.next.map((one) => html`<li>${one.sentence} ${one.next}</li>`)}</ul>`}</section></div>`;
}

function Write({ report, again }) {
  const sections = choices("report_section");
  const save = async (form) => {
    const comments = Object.fromEntries(sections.map(([code]) => [code, form.get(`comment-${code}`)]));
    await patch(base(report), { summary: form.get("summary"), comments }, tag(report));
    await again();
    return "Saved.";
  };
  const written = Object.keys(report.texts.comments).length;
  return html`<section class="card"><h2>What you say to it</h2><${Form} label="Save what you wrote" send=${save}>
    <${Field} name="summary" label="Summary" as="textarea" rows="5" maxlength="4000" hint="Plain text, on top of the report: what the month meant, in your words." defaultValue=${report.texts.summary} />
    <details open=${written > 0}><summary>Comments (${many(written, "section")} of ${count(sections.length)})</summary><div class="stack">${sections.map(([code, title]) => html`
      <${Field} key=${code} name=${`comment-${code}`} label=${title} as="textarea" maxlength="2000" defaultValue=${report.texts.comments[code] ?? ""} />`)}</div></details><//></section>`;
}

function Draft({ siteId, report, again }) {
  const [job, setJob] = useState();
  const act = useAct();
  const anew = () => act.run(async () => { setJob((await post(`${base(report)}/refresh`, {})).id); });
  const approve = async () => {
    await post(`${base(report)}/approve`, undefined, tag(report));
    await again();
  };
  const drop = async () => { await remove(base(report), tag(report)); go(all(siteId)); };
  const missing = report.content.degraded;
  const impact = async () => html`<p>From then on it never changes, with your name and this moment on it. Clients of the site may read it, and you may share it.</p>
    ${missing.length > 0 && html`<p class="fault">Parts are missing: make it again first, or approve it as it is.</p>`}${!report.texts.summary && html`<p>There is no summary yet.</p>`}`;
  return html`<section class="card controls"><div class="row"><${Confirm} label="Approve it" className="main" title=${`Approve the report for ${report.label}?`} yes="Approve it" impact=${impact} act=${approve} />
      <button type="button" disabled=${act.busy} onClick=${anew}>Take the figures again</button>
      <${Confirm} label="Delete it" title="Delete the draft?" yes="Delete the draft" act=${drop} impact=${async () => html`<p>It goes with what was written in it.</p>`} /></div><${Outcome} act=${act} />
    ${job && html`<${Job} id=${job} what="The figures" unit="reports" ended=${again} />`}</section>
    <${Write} key=${report.version} report=${report} again=${again} />`;
}

function Shares({ report }) {
  const state = useLoad(() => get(`${base(report)}/share`), [report.id]);
  const give = async (form) => { await post(`${base(report)}/share`, { days: Number(form.get("days")) }); await state.again(); };
  const end = (one) => async () => { await remove(`${base(report)}/share/${one.id}`); await state.again(); };
  const address = (one) => one.url ?? new URL(one.path, window.location.href).href;
  return html`<section class="card"><h2>Share it</h2><p class="muted">An address by which anybody who has it reads this report, and takes it along as PDF or table, until it ends.</p>
    <${Loading} what="the addresses" state=${state}>${({ items }) => html`<ul class="items">${items.map((one) => html`<li key=${one.id}>
      <div class="field"><label>Address of the report, until ${moment(one.expires_at)}<input readonly value=${address(one)} onFocus=${(event) => event.target.select()} /></label></div>
      <p class="row"><span class="muted small">${one.for_mail ? `In the mails that ${one.created_by} had sent.` : `Given out by ${one.created_by}.`}</span><${Confirm} label="End it" title="End this address?" yes="End it" act=${end(one)} impact=${async () => html`<p>Whoever has it sees nothing any more.</p>`} /></p></li>`)}</ul>`}<//>
    <${Form} label="Make an address" className="row" send=${give}><${Field} name="days" label="Works for so many days" type="number" min="1" max="366" defaultValue="30" /><//></section>`;
}

function Approved({ siteId, report }) {
  const [job, setJob] = useState();
  const act = useAct();
  const correct = () => act.run(async () => { setJob((await post(`/v1/sites/${siteId}/reports`, { replaces: report.id })).id); });
  const ended = (one) => { if (one.result_url) go(all(siteId), { report: one.result_url.split("/").pop() }); };
  return html`${!report.replaced_by && html`<section class="card controls"><p>Something is wrong in it? A correction is a new version of the same days, with your sentences to begin with; this one stays as it is.</p><div class="row"><button type="button" disabled=${act.busy} onClick=${correct}>Make a correction</button></div><${Outcome} act=${act} />
    ${job && html`<${Job} id=${job} what="The correction" unit="reports" ended=${ended} />`}</section>`}<${Mails} siteId=${siteId} report=${report} /><${Shares} report=${report} />`;
}

function Standing({ siteId, report }) {
  const other = (id, text) => html` <a href=${link(all(siteId), { report: id })}>${text}</a>`;
  return html`<p><span class=${`tag ${report.state === "approved" ? "good" : "warn"}`}>${report.state_words.label}</span> ${report.state_words.sentence}
      ${report.approved_at && html` Approved by ${report.approved_by}, ${moment(report.approved_at)}.`}${report.replaced_by && other(report.replaced_by, "A newer version takes its place.")}${report.replaces && other(report.replaces, "It corrects an earlier one.")}</p>
    <p class="muted small">No. ${count(report.number)}. ${report.origin} Figures of ${moment(report.made_at)}.</p>`;
}

function Said({ report }) {
  return html`${report.texts.summary && html`<section class="card"><h2>Summary</h2><p class="letter">${report.texts.summary}</p></section>`}`;
}

export function OneReport({ siteId, id }) {
  const state = useLoad(() => get(`/v1/reports/${id}`), [id]);
  const may = canEdit(siteId);
  return html`<p class="controls"><a href=${link(all(siteId))}>All reports</a></p><${Loading} what="the report" state=${state}>${(report) => html`<h1 class="wrap">${report.label}</h1>
    <${Standing} siteId=${siteId} report=${report} />
    <div class="row controls"><a class="button main" href=${`${base(report)}?format=html`} target="_blank" rel="noopener">Read it as the client does</a><a class="button" href=${`${base(report)}?format=pdf`}>PDF</a><a class="button" href=${`${base(report)}?format=csv`}>Table</a></div>
    ${may && report.state === "draft" && html`<${Draft} siteId=${siteId} report=${report} again=${state.again} />`}
    ${report.state === "approved" && html`<${Said} report=${report} />`}
    <${Sentences} content=${report.content} /><${Figures} content=${report.content} />
    ${may && report.state === "approved" && html`<${Approved} siteId=${siteId} report=${report} />`}`}<//>`;
}

// Reports for clients: a list, a new one, every month by itself; one of them to write, approve and share.
import { useState } from "preact/hooks";
import { get, getWithTag, post, put, remove } from "../api.js";
import { day, html, Moment, moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Confirm } from "../pieces/confirm.js";
import { Check, Field, Form } from "../pieces/form.js";
import { Job } from "../pieces/job.js";
import { canEdit, canSee } from "../pieces/rights.js";
import { ChannelBoxes, HERE, ZONES } from "../pieces/rule.js";
import { Paged, Table } from "../pieces/table.js";
import { go, link } from "../route.js";
import { live } from "../state.js";
import { OneReport } from "./report.js";
import { Readers } from "./report_readers.js";

const HOURS = Array.from({ length: 24 }, (_, hour) => [String(hour), `${String(hour).padStart(2, "0")}:00`]);

function lastMonth() {
  const now = new Date();
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
  return first.toISOString().slice(0, 7);
}

function idOf(job) {
  return job.result_url?.split("/").pop();
}

function New({ siteId }) {
  const [job, setJob] = useState();
  const start = async (form) => {
    const [month, from, to] = ["month", "from", "to"].map((name) => form.get(name).trim());
    setJob((await post(`/v1/sites/${siteId}/reports`, from || to ? { from, to } : { month })).id);
  };
  const ended = (one) => { if (one.state === "done" && idOf(one)) go(["sites", siteId, "reports"], { report: idOf(one) }); };
  return html`<section class="card"><h2>Make a report</h2>
    <${Form} label="Make the draft" send=${start}><div class="halves"><${Field} name="month" label="Month" type="month" defaultValue=${lastMonth()} hint="A whole month, compared with the one before." />
      <div><details><summary>Other days</summary><div class="halves"><${Field} name="from" label="First day" type="date" /><${Field} name="to" label="Last day" type="date" /></div><p class="muted small">They come before the month. Days are days in UTC.</p></details></div></div><//>
    ${job && html`<${Job} id=${job} what="The report" unit="reports" ended=${ended} />`}</section>`;
}

async function schedule(siteId) {
  const channels = get("/v1/channels", { limit: 100 }).catch(() => ({ items: [] })); // for owners only
  const found = await getWithTag(`/v1/sites/${siteId}/reports/schedule`).catch((problem) => { if (problem.status !== 404) throw problem; return {}; });
  return { plan: found.value, tag: found.etag, channels: (await channels).items };
}

function ScheduleForm({ siteId, known, again }) {
  const { plan, tag } = known;
  const path = `/v1/sites/${siteId}/reports/schedule`;
  const save = async (form) => {
    const body = { day: Number(form.get("day")), hour: Number(form.get("hour")), time_zone: form.get("time_zone"), channel_ids: form.getAll("channel_ids"), send_after_approval: form.get("send_after_approval") === "on", approve_without_reading: form.get("approve_without_reading") === "on" };
    await put(path, body, tag);
    await again();
    return "Saved.";
  };
  const end = async () => { await remove(path, tag); await again(); };
  const zone = plan?.time_zone ?? HERE;
  return html`<${Form} key=${tag ?? "none"} label=${plan ? "Save" : "Make them by themselves"} send=${save} secondary=${plan && html`<${Confirm} label="By hand again" title="Make reports by hand again?" yes="By hand" act=${end} impact=${async () => html`<p>No report is made by itself any more. Those that are there stay.</p>`} />`}>
    <div class="halves"><${Field} name="day" label="Day of the month" type="number" min="1" max="28" required defaultValue=${plan?.day ?? 2} hint="1 to 28: every month has it." />
      <${Field} name="hour" label="Hour" as="select">${HOURS.map(([code, text]) => html`<option value=${code} selected=${code === String(plan?.hour ?? 8)}>${text}</option>`)}<//>
      <${Field} name="time_zone" label="Time zone" as="select">${[...new Set([zone, ...ZONES])].map((one) => html`<option value=${one} selected=${one === zone}>${one}</option>`)}<//></div>
    <${ChannelBoxes} legend="Who is told when it is there" channels=${known.channels} chosen=${plan?.channel_ids ?? []} />
    <${Check} name="send_after_approval" defaultChecked=${plan?.send_after_approval} label="Send it by e-mail once a person approved it, to those who get the reports of this site" />
    <${Check} name="approve_without_reading" defaultChecked=${plan?.approve_without_reading} label="Approve it by itself: clients of this site may then read what nobody of us has looked at" /><//>`;
}

function Schedule({ siteId }) {
  const state = useLoad(() => schedule(siteId), [siteId]);
  return html`<section class="card"><h2>Every month by itself</h2><${Loading} what="the schedule" state=${state}>${(known) => html`
    <p>${known.plan ? known.plan.sentence : "Reports are made by hand."}</p>
    ${known.plan && html`<p class="muted">Next on ${moment(known.plan.next_at)}, by your clock.${known.plan.made_month ? ` The last one was for the month of ${day(known.plan.made_month)}.` : ""}</p>`}
    ${canEdit(siteId) && html`<details><summary>${known.plan ? "Change it" : "Set it up"}</summary><${ScheduleForm} siteId=${siteId} known=${known} again=${state.again} /></details>`}`}<//></section>`;
}

function State({ one }) {
  return html`<span class=${`tag ${one.state === "approved" ? "good" : "warn"}`}>${one.state_words.label}</span>`;
}

function cells(siteId, one) {
  const path = `/v1/reports/${one.id}`;
  const standing = one.replaced_by ? html`<${State} one=${one} /> <span class="muted small">A newer version takes its place.</span>` : html`<${State} one=${one} />`;
  return [html`<a href=${link(["sites", siteId, "reports"], { report: one.id })}>${one.label}</a>${one.edition > 1 && html` <span class="muted small">version ${one.edition}</span>`}`, standing,
    one.approved_at ? html`<${Moment} at=${one.approved_at} /> by ${one.approved_by}` : html`made <${Moment} at=${one.made_at} />`,
    html`<a href=${`${path}?format=html`} target="_blank" rel="noopener">Page</a> · <a href=${`${path}?format=pdf`}>PDF</a> · <a href=${`${path}?format=csv`}>Table</a>`];
}

export function Reports({ siteId, filters }) {
  if (filters.report) return html`<${OneReport} key=${filters.report} siteId=${siteId} id=${filters.report} />`;
  const none = canSee(siteId) ? "No report yet." : "No report was approved for you to read yet.";
  return html`<h1>Reports</h1>
    <p class="muted">What a client reads about a month: what came of the links, what was done, what comes next. Figures stand still once they are made; nobody outside your team sees one before a person approved it.</p>
    <${Paged} what="reports" path=${`/v1/sites/${siteId}/reports`} turn=${live.value.turn} empty=${html`<p>${none}</p>`}>${(items) => html`
      <div class="card"><${Table} caption="Reports" heads=${["About", "State", "Since", "Take it along"]} rows=${items.map((one) => ({ key: one.id, cells: cells(siteId, one) }))} /></div>`}<//>
    ${canEdit(siteId) && html`<${New} siteId=${siteId} />`}${canSee(siteId) && html`<${Schedule} siteId=${siteId} />`}${canEdit(siteId) && html`<${Readers} siteId=${siteId} />`}`;
}

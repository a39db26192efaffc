// Alerts: what happened that a rule is about, those with the newest news first; and one of them with what it stands for.
import { useState } from "preact/hooks";
import { get, post, query } from "../api.js";
import { count, External, html, many, Moment, moment, shortUrl } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";
import { link } from "../route.js";
import { choices, live, sites, word } from "../state.js";

const LINES = 3;
const LOOK = { urgent: "bad", warning: "warn" };
// Where the next step of an alert is done: the screen of its site, and what it is called.
const NEXT = { link_lost: ["recoveries", "Lost links"], contract_broken: ["placements", "Placements"], toxicity_worse: ["reviews", "Review"], target_broken: ["redirects", "Redirects"],
  pattern: ["growth", "Growth"], velocity_anomaly: ["growth", "Growth"], anchors_drifted: ["anchors", "Anchors"], domain_flagged: ["flagged", "Changed domains"] };

const domainOf = (siteId) => sites.value?.find((site) => site.id === siteId)?.domain ?? "";

function Tags({ one }) {
  return html`<span class="row"><span class=${`tag ${LOOK[one.severity] ?? ""}`}>${word("alert_severity", one.severity)}</span><span class="tag">${one.words.label}</span></span>`;
}

function Facts({ one }) {
  return html`<p class="muted small wrap">${domainOf(one.site_id)}, by the rule “${one.rule_name}”. ${one.count > 1 ? `${many(one.count, "change")}, first ${moment(one.first_at)}, last ${moment(one.last_at)}.` : `${moment(one.last_at)}.`}
    ${one.acknowledged_at && html` Acknowledged ${moment(one.acknowledged_at)}${one.acknowledged_by ? ` by ${one.acknowledged_by}` : ""}.`} ${one.note && html` Note: ${one.note}`} ${one.resolved_at && html` Over since ${moment(one.resolved_at)}.`}</p>`;
}

function Item({ one, changed }) {
  const act = useAct();
  const acknowledge = () => act.run(async () => { await post(`/v1/alerts/${one.id}/ack`, {}); changed(); });
  return html`<article class="card item" aria-label=${one.title}><div class="row between"><h2><a href=${link(["alerts", one.id])}>${one.title}</a></h2><${Tags} one=${one} /></div>
    <${Facts} one=${one} /><ul class="plain">${one.sentences.slice(0, LINES).map((line) => html`<li class="wrap">${line}</li>`)}</ul>
    ${one.state === "open" && canEdit(one.site_id) && html`<div class="row answers"><button type="button" disabled=${act.busy} onClick=${acknowledge}>Acknowledge</button></div><${Outcome} act=${act} />`}</article>`;
}

function AcknowledgeAll({ params, changed }) {
  const path = (more) => `/v1/alerts/acks${query({ severity: params.severity, site_id: params.site_id, ...more })}`;
  const impact = async () => {
    const { matched } = await post(path({ dry_run: true }), {});
    return html`<p>${many(matched, "open alert")} will be acknowledged. Nothing is done about their links.</p>`;
  };
  return html`<${Confirm} label="Acknowledge all of these" title="Acknowledge all open alerts of this list?" yes="Acknowledge them" impact=${impact} act=${async () => { await post(path(), {}); changed(); }} />`;
}

export function Alerts({ siteId }) {
  const [state, setState] = useState("open");
  const [severity, setSeverity] = useState("");
  const [turn, setTurn] = useState(0);
  const changed = () => setTurn((before) => before + 1);
  const params = { state, severity, site_id: siteId };
  const empty = html`<p>${state === "open" ? "Nothing that you would be told of: no rule has found anything that nobody took note of." : "There is none like that."}</p>`;
  return html`<h1>Alerts</h1><p class="muted">What your rules are about, as soon as it happens. ${siteId && html`<a href=${link(["sites", siteId, "rules"])}>The rules</a> say what that is.`}</p>
    <div class="row"><${Choice} label="Show" value=${state} options=${choices("alert_state")} empty="All" change=${setState} /><${Choice} label="Severity" value=${severity} options=${choices("alert_severity")} empty="Every" change=${setSeverity} /></div>
    <${Paged} what="alerts" path="/v1/alerts" params=${params} size=${25} turn=${`${turn} ${live.value.turn}`} empty=${empty}>${(items) => html`${items.map((one) => html`<${Item} key=${one.id} one=${one} changed=${changed} />`)}
      ${state === "open" && (siteId ? canEdit(siteId) : items.some((one) => canEdit(one.site_id))) && html`<${AcknowledgeAll} params=${params} changed=${changed} />`}`}<//>`;
}

function page(item, at) {
  const [first] = item.link_ids;
  if (item.url) return html`<${External} href=${item.url}>${shortUrl(item.url)}<//>${first && html` <a href=${link(["links", first])}>See the link<span class="hidden"> on ${shortUrl(item.url)}</span></a>`}`;
  return html`<span class="wrap">${item.name ? shortUrl(item.name) : `What happened, ${at + 1}`}</span>`;
}

// Of what is no link by itself, such as a pattern: the links that it is about.
function Links({ items }) {
  const ids = items.filter((item) => !item.url).flatMap((item) => item.link_ids);
  return ids.length > 0 && html`<details><summary>The links (${count(ids.length)})</summary><ul class="plain">${ids.map((id, at) => html`<li><a href=${link(["links", id])}>Link ${at + 1}</a></li>`)}</ul></details>`;
}

function Next({ one }) {
  const screen = NEXT[one.kind];
  return html`<p>${one.words.todo && html`<strong>${one.words.todo}</strong>`} ${screen && html`<a href=${link(["sites", one.site_id, screen[0]])}>Go to ${screen[1]}</a>`}</p>`;
}

function CheckAgain({ one }) {
  const act = useAct();
  const check = () => act.run(async () => { const { requested } = await post(`/v1/alerts/${one.id}/checks`); return requested === 0 ? "None of its links is watched any more." : `${many(requested, "link")} will be looked at again, as soon as each site may be asked.`; });
  return html`<div class="row"><button type="button" disabled=${act.busy} onClick=${check}>Check its links again</button></div><${Outcome} act=${act} />`;
}

function Note({ one, again }) {
  const send = async (form) => {
    await post(`/v1/alerts/${one.id}/ack`, { note: form.get("note").trim() || null });
    await again();
  };
  return html`<section class="card"><h2>Take note</h2><${Form} label="Acknowledge" send=${send}><${Field} name="note" label="Note, if there is something to say" maxlength="2000" /><//></section>`;
}

export function Alert({ id }) {
  const state = useLoad(() => get(`/v1/alerts/${id}`), [id], live.value.turn);
  return html`<p><a href=${link(["alerts"])}>All alerts</a></p>
    <${Loading} what="the alert" state=${state}>${(one) => html`<div class="row between"><h1>${one.title}</h1><${Tags} one=${one} /></div><${Facts} one=${one} /><${Next} one=${one} />
      ${one.state !== "resolved" && canEdit(one.site_id) && one.items.some((item) => item.link_ids.length > 0) && html`<${CheckAgain} one=${one} />`}
      <section class="card"><h2>What it stands for</h2><${Table} caption="What this alert stands for" heads=${["Where", "What happened", "When", "Now"]}
        rows=${one.items.map((item, at) => ({ key: item.at + at, cells: [page(item, at), html`<span class="wrap">${item.sentence}</span>`, html`<${Moment} at=${item.at} />`, item.over ? "Over" : "Still so"] }))} />
        ${one.count > one.items.length && one.items.some((item) => item.url) && html`<p class="muted">And ${count(one.count - one.items.length)} more.</p>`}<${Links} items=${one.items} /></section>
      ${one.state === "open" && canEdit(one.site_id) && html`<${Note} one=${one} again=${state.again} />`}`}<//>`;
}

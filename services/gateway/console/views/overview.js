// A site at a glance: figures that open their lists, gained and gone, anchors, and what needs a person.
import { get } from "../api.js";
import { count, day, html, Moment, shortUrl } from "../html.js";
import { Chart } from "../chart.js";
import { Loading, useLoad } from "../load.js";
import { canSee, inWorkspace } from "../pieces/rights.js";
import { link } from "../route.js";
import { live, word } from "../state.js";

const LINES = [
  { label: "Came back", colour: "--sea", bars: true, value: (row) => row.recovered_links, drawn: (row) => row.gained_links + row.recovered_links },
  { label: "Gained", colour: "--good", bars: true, value: (row) => row.gained_links },
  { label: "Gone", colour: "--bad", bars: true, value: (row) => -row.lost_links },
];

function ago(days) {
  return new Date(Date.now() - days * 86400000).toISOString();
}

function Cards({ siteId, figures }) {
  const cards = [["Links present", figures.links_present, { status: "live,changed" }], ["Referring domains", figures.referring_domains, null],
    ["Count for SEO", figures.links_counting, { status: "live,changed", counts: "true" }], ["Gone, 30 days", figures.lost_30d, { status: "lost", lost_from: ago(30) }, "And not back since"],
    ["Gained, 30 days", figures.gained_30d, { status: "live,changed", gained_from: ago(30) }, figures.new_links_known_until ? `New links known up to ${day(figures.new_links_known_until)}` : "No source tells of new links yet"],
    ["Changed", figures.statuses?.changed, { status: "changed" }], ["Couldn't look", figures.statuses?.unknown, { status: "unknown" }],
    ["Not found", figures.statuses?.not_found, { status: "not_found" }, "Others told of them, we never saw them"],
    ["Not checked yet", figures.statuses?.pending, { status: "pending" }]];
  return html`<ul class="cards">${cards.map(([label, value, filters, note]) => html`
    <li><a class="card" href=${filters ? link(["sites", siteId, "links"], filters) : link(["sites", siteId, "domains"])}><b class="figure">${count(value)}</b>${label}${note && html`<span class="muted small"> ${note}</span>`}</a></li>`)}</ul>`;
}

export function Bars({ rows }) {
  return html`<ul class="bars">${rows.map((row) => html`<li>
    <div class="row between"><span>${row.label ?? word("anchor_kind", row.kind)}</span><span class="muted">${Math.round(row.share * 100)} %${row.low !== null && row.low !== undefined ? ` · aim for new links ${row.low * 100}–${row.high * 100} %` : ""}</span></div>
    <span class="track"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      ${row.low !== null && row.low !== undefined && html`<rect class="band" x=${row.low * 100} width=${(row.high - row.low) * 100} height="10" />`}
      <rect class="share" width=${row.share * 100} y="3" height="4" /></svg></span></li>`)}</ul>`;
}

// What waits for a decision, as [figure, one, many, where to].
function waiting(siteId, figures) {
  return [[figures.worth_a_look, "1 link is worth a look", "links are worth a look", link(["sites", siteId, "reviews"])],
    [figures.off_contract, "1 link is not as agreed", "links are not as agreed", link(["sites", siteId, "placements"])],
    [figures.unseen_14d, "1 link could not be seen for two weeks", "links could not be seen for two weeks", link(["sites", siteId, "links"], { status: "unknown" })],
  ].filter(([number]) => number > 0);
}

// The newest word about each link, where that is no good one: what came back or was mended needs nobody.
function unsettled(changes) {
  const newest = new Map(changes.toReversed().map((change) => [change.link_id, change]));
  return [...newest.values()].toReversed().filter((change) => ["lost", "changed"].includes(change.to_status)).slice(0, 12);
}

function knowsLinks(figures) {
  return Object.values(figures.statuses ?? {}).some((number) => number > 0);
}

function Attention({ siteId, figures, changes: all }) {
  const [waits, changes] = [waiting(siteId, figures), unsettled(all)];
  if (!knowsLinks(figures)) return html`<p>No link to this site is known yet.${canSee(siteId) && html` Begin with a file: <a href=${link(["sites", siteId, "imports"])}>import what another tool or Search Console knows</a>. <a href=${link(["sites", siteId, "start"])}>How to get one from Search Console</a>`}</p>`;
  if (waits.length + changes.length === 0) return html`<p class="muted">Nothing needs you now.</p>`;
  return html`<ul class="timeline">${waits.map(([number, one, many, to]) => html`<li key=${many}><a href=${to}>${number === 1 ? one : `${count(number)} ${many}`}</a></li>`)}${changes.map((change) => html`<li key=${change.id}>
    <a href=${link(["links", change.link_id])}>${shortUrl(change.referring_url)}</a> <strong>${change.words?.label}</strong>
    <div class="muted small">${change.words?.sentence} <${Moment} at=${change.changed_at} /></div></li>`)}</ul>`;
}

function Copies({ siteId }) {
  const state = useLoad(async () => (inWorkspace("viewer") ? get("/v1/self-check") : undefined) ?? { differing: 0 }, [siteId]);
  if (!state.value?.differing) return null;
  return html`<div class="notice"><p>${state.value.sentence} Some figures may be behind. <a href=${link(["sites", siteId, "copies"])}>See which, and have them sent again</a></p></div>`;
}

export function Overview({ siteId, site }) {
  const figures = useLoad(() => get("/v1/overview", { site_id: siteId }), [siteId], live.value.turn);
  const velocity = useLoad(() => get(`/v1/sites/${siteId}/velocity`, { interval: "day" }), [siteId], live.value.turn);
  const anchors = useLoad(() => get(`/v1/sites/${siteId}/anchors`), [siteId], live.value.turn);
  const changes = useLoad(() => get(`/v1/sites/${siteId}/changes`, { kind: "lost,recovered,changed", limit: 100 }), [siteId], live.value.turn);
  return html`<h1>${site?.name || site?.domain || "Overview"}</h1>
    <${Copies} siteId=${siteId} />
    <${Loading} what="the figures" state=${figures}>${(value) => html`<${Cards} siteId=${siteId} figures=${value} />`}<//>
    <div class="two"><div>
      <section class="card"><h2>Gained and gone</h2><${Loading} what="velocity" state=${velocity}>${(value) => html`
        ${value.items.some((row) => LINES.some((line) => line.value(row))) ? html`<${Chart} title="Links per day" rows=${value.items} lines=${LINES} />`
          : html`<p class="muted">Nothing was gained or lost yet. What an import brings was there before, and is no gain.</p>`}
        ${value.known_up_to && html`<p class="muted small">New links can be known up to ${day(value.known_up_to)}.</p>`}`}<//></section>
      <section class="card"><h2>Anchors, by referring domain</h2><${Loading} what="anchors" state=${anchors}>${(value) => html`
        <p class="muted">${value.sentence} ${value.warnings[0]?.sentence}</p><${Bars} rows=${value.by_domain} />`}<//></section>
    </div><section class="card"><h2>Needs attention</h2><${Loading} what="the figures" state=${figures}>${(now) => html`
      <${Loading} what="changes" state=${changes}>${(value) => html`<${Attention} siteId=${siteId} figures=${now} changes=${value.items} />`}<//>`}<//></section></div>`;
}

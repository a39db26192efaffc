// Referring domains: how many links each has, what stands and what went, and how it is judged.
import { useState } from "preact/hooks";
import { count, day, html, many } from "../html.js";
import { hostName } from "../names.js";
import { Choice } from "../pieces/choice.js";
import { canSee } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";
import { link } from "../route.js";
import { live } from "../state.js";

const KINDS = [["present", "Present"], ["lost", "Gone"], ["claimed", "Only told of, no page known"], ["sitewide", "On many pages of one site"]];
const FILTERS = { present: { status: "live,changed" }, lost: { status: "lost" }, claimed: { only_claimed: true }, sitewide: { sitewide: true } };
const HEADS = ["Domain", ["Links", "number"], ["Present", "number"], ["Count for SEO", "number"], ["Gone", "number"], ["Authority", "number"], "First seen", "Last seen"];

function cells(one, siteId) {
  const name = one.links > 0 ? html`<a href=${link(["sites", siteId, "links"], { referring_domain: one.domain })}>${hostName(one.domain)}</a>` : html`<span class="wrap">${hostName(one.domain)}</span>`;
  return [name, one.links > 0 ? count(one.links) : `told: ${one.claimed_links === null ? "not how many" : count(one.claimed_links)}`, count(one.links_present), count(one.links_counting), count(one.links_lost),
    one.authority === null ? "not known" : count(Math.round(one.authority)), day(one.first_seen_at) || "not known", day(one.last_seen_at) || "not yet"];
}

export function Domains({ siteId }) {
  const [kind, setKind] = useState("");
  return html`<h1>Referring domains</h1><p class="muted">Ten links of one site are worth little more than one: what counts first is who links.</p>
    <div class="row controls"><${Choice} label="Show" value=${kind} empty="All" options=${KINDS} change=${setKind} /></div>
    <${Paged} what="domains" path=${`/v1/sites/${siteId}/domains`} params=${{ ...(FILTERS[kind] ?? {}), include: "count" }} size=${50} turn=${live.value.turn} empty=${html`<p>None. ${canSee(siteId) && html`<a href=${link(["sites", siteId, "imports"])}>Import a file of links</a>, or `}show all.</p>`}>${(items, page) => html`
      ${page.count !== null && page.count !== undefined && html`<p class="muted">${many(page.count, "domain")}.</p>`}
      <div class="card"><${Table} caption="Referring domains" heads=${HEADS} rows=${items.map((one) => ({ key: one.domain, cells: cells(one, siteId) }))} /></div>`}<//>`;
}

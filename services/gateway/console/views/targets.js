// Pages of the site that others link to: which earn links, which lose them, which do not answer.
import { useState } from "preact/hooks";
import { count, day, External, html, many, shortUrl } from "../html.js";
import { Choice } from "../pieces/choice.js";
import { canSee } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";
import { link } from "../route.js";
import { live, word } from "../state.js";

const HEADS = ["Your page", "How it answers", ["Domains", "number"], ["Links", "number"], ["Present", "number"], ["Gone", "number"], "Others say"];

function health(one) {
  if (one.broken === null) return html`<span class="muted">not looked at yet</span>`;
  const why = one.reasons.map((reason) => word("reason", reason)).filter(Boolean).join(", ");
  return one.broken ? html`<strong class="fault">${why || "Does not answer"}</strong>${one.broken_since ? html` <span class="muted small">since ${day(one.broken_since)}</span>` : ""}` : html`answers${why ? html` <span class="muted small">${why}</span>` : ""}`;
}

function cells(one, siteId) {
  return [html`<a class="wrap" href=${link(["sites", siteId, "links"], { target_url: one.target_url })}>${shortUrl(one.target_url)}</a>`, health(one), count(one.referring_domains), count(one.links), count(one.links_present), count(one.links_lost),
    one.claimed_links === null ? "–" : `${many(one.claimed_links, "link")}${one.claimed_sites === null ? "" : `, ${many(one.claimed_sites, "site")}`}`];
}

export function Targets({ siteId }) {
  const [broken, setBroken] = useState("");
  return html`<h1>Your pages</h1><p class="muted">Which of your pages earn links, and whether they answer.${canSee(siteId) && html` What dead ones could lead to is under <a href=${link(["sites", siteId, "redirects"])}>Redirects</a>.`}</p>
    <div class="row controls"><${Choice} label="Show" value=${broken} empty="All" options=${[["true", "Do not answer"], ["false", "Answer"]]} change=${setBroken} /></div>
    <${Paged} what="your pages" path=${`/v1/sites/${siteId}/targets`} params=${{ broken }} size=${50} turn=${live.value.turn} empty=${html`<p>None. Pages come here with the first links to them.</p>`}>${(items) => html`
      <div class="card"><${Table} caption="Your pages" heads=${HEADS} rows=${items.map((one) => ({ key: one.target_url, cells: cells(one, siteId) }))} /></div>`}<//>`;
}

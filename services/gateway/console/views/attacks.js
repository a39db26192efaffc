// Suspected attacks: bursts of bad new domains, each with what speaks for it and what to do, mostly nothing.
import { count, day, html } from "../html.js";
import { Paged } from "../pieces/table.js";
import { link } from "../route.js";
import { live } from "../state.js";

function Drift({ drift }) {
  const told = [drift.anchors.length > 0 && `Words of the new links: ${drift.anchors.slice(0, 8).join(", ")}.`, drift.tlds.length > 0 && `Endings of names that were not there before: ${drift.tlds.slice(0, 8).join(", ")}.`,
    drift.new_script_share > 0 && `${Math.round(drift.new_script_share * 100)} % are in a script that no link had before.`].filter(Boolean);
  return told.length > 0 && html`<p class="muted small wrap">${told.join(" ")}</p>`;
}

function Attack({ siteId, one }) {
  return html`<article class="card item" aria-label=${`Since ${day(one.started_on)}`}><div class="row between"><h2>${day(one.started_on)} to ${day(one.last_on)}</h2><span class=${`tag ${one.is_over ? "" : "warn"}`}>${one.is_over ? "over" : "goes on"}</span></div>
    <p>${one.sentence}</p><p><strong>${one.todo}</strong></p>
    <ul class="figures"><li><b>${count(one.toxic_domains)}</b>bad new domains</li><li><b>${count(one.domains)}</b>new domains in all</li><li>about <b>${one.expected.toFixed(1)}</b>would be usual</li></ul>
    <ul class="plain">${one.evidence.map((text) => html`<li class="wrap">${text}</li>`)}</ul><${Drift} drift=${one.drift} />
    <p><a href=${link(["sites", siteId, "links"], { first_seen_from: one.started_on, toxicity_min: "40" })}>The links</a> · <a href=${link(["sites", siteId, "reviews"])}>The review</a></p></article>`;
}

export function Attacks({ siteId }) {
  return html`<h1>Suspected attacks</h1>
    <p class="muted">Somebody may send a site bad links to harm it. Search engines mostly ignore them, so an alarm is rare and mostly asks for nothing. What an import brings never raises one.</p>
    <${Paged} what="alarms" path=${`/v1/sites/${siteId}/attacks`} size=${10} turn=${live.value.turn} empty=${html`<p>No alarm. New domains that look bad are counted each day and compared with the two months before.</p>`}>${(items, page) => html`
      ${page.known_until && html`<p class="muted small">New domains can be known up to ${day(page.known_until)}.</p>`}
      ${items.map((one) => html`<${Attack} key=${one.attack_id} siteId=${siteId} one=${one} />`)}`}<//>`;
}

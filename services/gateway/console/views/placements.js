// Placements: what was agreed about single links, held against what we see of each.
import { useState } from "preact/hooks";
import { get, patch, post, remove } from "../api.js";
import { count, day, External, html, many, Moment, shortUrl } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { Form } from "../pieces/form.js";
import { Money } from "../pieces/payments.js";
import { canEdit, canSee, ReadOnly } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { Terms, termsOf } from "../pieces/terms.js";
import { go, link } from "../route.js";
import { choices, live, word } from "../state.js";
import { Paste } from "./placements_paste.js";

const TONES = { live: "good", mismatched: "warn", lost: "bad" };
const OVERDUE = "overdue";
const tag = (version) => `W/"${version}"`;

function Agreed({ item }) {
  const rel = item.rel && (item.rel.length ? item.rel.join(", ") : "followed");
  const said = [
    ["Target", item.target_url && shortUrl(item.target_url)], ["Anchor", item.anchor_text && `“${item.anchor_text}”`], ["Marked as", rel],
    ["Position", item.position && word("position", item.position)], ["Live from", item.go_live_on && day(item.go_live_on)], ["Stays until", item.until_on && day(item.until_on)],
    ["Most outside links", item.max_outlinks !== null && item.max_outlinks !== undefined && count(item.max_outlinks)], ["Price", item.price && `${item.price.amount} ${item.price.currency}`],
    ["Vendor", item.vendor_name], ["Method", item.method], ["Campaign", item.campaign], ["Note", item.note],
  ].filter(([, value]) => value);
  if (said.length === 0) return html`<p class="muted">Nothing but the place was agreed: any link to you there counts.</p>`;
  return html`<dl class="facts">${said.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function Seen({ item }) {
  const dates = [item.first_live_at && `First seen ${day(item.first_live_at)}`, item.lost_at && `Gone since ${day(item.lost_at)}`, item.page_outlinks !== null && `${many(item.page_outlinks, "outside link")} on the page`].filter(Boolean);
  return html`<p>${item.words.sentence} ${dates.length > 0 && html`<span class="muted">${dates.join(". ")}.</span>`}
      ${item.link_id && html` <a href=${link(["links", item.link_id])}>See the link and its evidence</a>`}</p>
    ${item.toxicity_sentence && html`<p class="muted">${item.toxicity_sentence}</p>`}
    ${item.warnings.length > 0 && html`<ul class="plain">${item.warnings.map((one) => html`<li>${one}</li>`)}</ul>`}
    ${item.page_contacts?.length > 0 && html`<p class="muted small wrap">On the page: ${item.page_contacts.join(", ")}</p>`}`;
}

function Past({ item }) {
  const [open, setOpen] = useState(false);
  return html`<details onToggle=${(event) => setOpen(event.currentTarget.open)}><summary>What happened</summary>
    ${open && html`<${Paged} what="changes" path=${`/v1/placements/${item.placement_id}/changes`} size=${20} turn=${item.version} empty=${html`<p>Nothing yet.</p>`}>${(items) => html`<ol class="timeline">${items.map((one) => html`<li key=${one.change_id}><${Moment} at=${one.at} /> ${one.sentence}</li>`)}</ol>`}<//>`}</details>`;
}

function Work({ item, vendors, changed }) {
  const save = async (form) => {
    await patch(`/v1/placements/${item.placement_id}`, termsOf(form), tag(item.version));
    await changed();
    return "Saved. The watch goes by the new terms.";
  };
  const cancel = async () => { await remove(`/v1/placements/${item.placement_id}`, tag(item.version)); await changed(); };
  return html`<details><summary>Change what was agreed</summary><${Form} label="Save" send=${save}><${Terms} item=${item} vendors=${vendors} /><//></details>
    <div class="row answers"><${Confirm} label="Cancel it" title=${`Cancel the placement on ${hostName(item.referring_domain)}?`} yes="Cancel the placement" act=${cancel}
      impact=${async () => html`<p>Nothing is promised there any more, so nothing is told of it. What was agreed and what happened can still be read, and a link that is there is watched like any other.</p>`} /></div>`;
}

function Placement({ item, siteId, vendors, changed }) {
  const place = item.referring_url ? html`<${External} href=${item.referring_url}>${shortUrl(item.referring_url)}<//>` : html`${hostName(item.referring_domain)} <span class="muted small">page not known yet</span>`;
  return html`<article class="card item" aria-label=${item.referring_url ? shortUrl(item.referring_url) : hostName(item.referring_domain)}>
    <div class="row between"><h2>${place}</h2><span class=${`tag ${item.overdue ? "warn" : TONES[item.state] ?? ""}`}>${item.words.label}</span></div>
    <${Seen} item=${item} /><${Agreed} item=${item} /><${Past} item=${item} />${canSee(siteId) && html`<${Money} item=${item} />`}
    ${canEdit(siteId) && item.state !== "cancelled" && html`<${Work} item=${item} vendors=${vendors} changed=${changed} />`}</article>`;
}

function Add({ siteId, vendors, done }) {
  const send = async (form, element) => {
    await post("/v1/placements", { site_id: siteId, ...termsOf(form, true) });
    element.reset();
    await done();
    return "Written down. The watch over it begins by itself.";
  };
  return html`<section class="card"><h2>Write one down</h2><p class="muted">Give the page, or only its domain where the page is not known yet. What you leave empty was not agreed and is not held against the link.</p>
    <${Form} label="Write it down" send=${send}><${Terms} vendors=${vendors} /><//></section>`;
}

const vendorNames = async () => (await get("/v1/vendors", { limit: 500 })).items;

export function Placements({ siteId, filters }) {
  const { state = "", vendor, campaign } = filters;
  const [turn, setTurn] = useState(0);
  const vendors = useLoad(vendorNames, [], turn);
  const changed = () => setTurn((before) => before + 1);
  const at = (chosen) => link(["sites", siteId, "placements"], chosen);
  const shown = { site_id: siteId, vendor_id: vendor, campaign, ...(state === OVERDUE ? { overdue: true } : { state }) };
  const kinds = choices("placement");
  return html`<h1>Placements</h1>
    <p class="muted">What was agreed about single links, bought or given. Each is looked at like every other link, and you hear when it is not as agreed.</p><${ReadOnly} siteId=${siteId} />
    <div class="row controls"><${Choice} label="Show" value=${state} empty="All" options=${[...kinds, [OVERDUE, "Overdue"]]} change=${(chosen) => go(["sites", siteId, "placements"], { state: chosen, vendor, campaign })} />
      ${campaign && html`<span>Of the campaign “${campaign}”. <a href=${at({ state, vendor })}>Of all</a></span>`}
      ${vendor && html`<a href=${at({ state, campaign })}>Of all vendors</a>`}</div>
    <${Loading} what="vendors" state=${vendors}>${(known) => html`
      <${Paged} what="placements" path="/v1/placements" params=${shown} size=${20} turn=${`${turn} ${live.value.turn}`}
        empty=${state || vendor || campaign ? html`<p>None is like that.</p>` : html`<p>Nothing was written down yet. Do it below, one by one or as a table.</p>`}>${(items) => items.map((item) => html`
        <${Placement} key=${`${item.placement_id} ${item.version}`} item=${item} siteId=${siteId} vendors=${known} changed=${changed} />`)}<//>
      ${canEdit(siteId) && html`<${Add} siteId=${siteId} vendors=${known} done=${changed} /><${Paste} siteId=${siteId} done=${changed} />`}`}<//>`;
}

// What became of referring domains: parked, gone, repurposed, hacked, ending; and until when they are registered.
import { useState } from "preact/hooks";
import { day, External, html, shortUrl } from "../html.js";
import { hostName } from "../names.js";
import { Choice } from "../pieces/choice.js";
import { Paged, Table } from "../pieces/table.js";
import { link } from "../route.js";
import { live } from "../state.js";

function Flag({ siteId, one }) {
  return html`<article class="card item" aria-label=${hostName(one.domain)}><div class="row between"><h2>${hostName(one.domain)}</h2><span class="row"><span class="tag">${one.label}</span>${one.ended_at && html`<span class="tag good">over</span>`}</span></div>
    <p>${one.sentence} <strong>${one.todo}</strong></p>
    <ul class="plain">${one.evidence.map((text) => html`<li class="wrap">${text}</li>`)}</ul>
    <p class="muted small">Found on ${day(one.found_at)}${one.ended_at ? `, over since ${day(one.ended_at)}` : ""}. ${one.page_url && html`<${External} href=${one.page_url}>${shortUrl(one.page_url)}<//> · `}<a href=${link(["sites", siteId, "links"], { referring_domain: one.domain })}>Its links</a></p></article>`;
}

function registered(one) {
  return { key: one.domain, cells: [html`<span class="wrap">${hostName(one.domain)}</span>${one.own && html` <span class="tag">yours</span>`}`,
    day(one.expires_at), day(one.registered_at) || "not told", one.sentence] };
}

function Registrations({ siteId }) {
  return html`<section class="card"><h2>Registered until</h2><p class="muted">As the registries told, the first to end first. Most domains are renewed in their last days; what is not told is nothing against a domain.</p>
    <${Paged} what="registrations" path=${`/v1/sites/${siteId}/registrations`} size=${20} turn=${live.value.turn} empty=${html`<p>Nothing told. Registries are asked only where the person who runs this installation turned it on.</p>`}>${(items) => html`
      <${Table} caption="Registered until" heads=${["Domain", "Until", "Since", "In words"]} rows=${items.map(registered)} />`}<//></section>`;
}

export function Flagged({ siteId }) {
  const [open, setOpen] = useState("true");
  return html`<h1>Changed domains</h1><p class="muted">Domains that link to you and are not what they were: parked, gone, about something else, perhaps hacked. Known from our own looks, and from registries where they are asked.</p>
    <div class="row controls"><${Choice} label="Show" value=${open} empty="All" options=${[["true", "As it is now"], ["false", "What is over"]]} change=${setOpen} /></div>
    <${Paged} what="changed domains" path=${`/v1/sites/${siteId}/flagged-domains`} params=${{ open }} size=${20} turn=${live.value.turn} empty=${html`<p>None. Each look at a page is compared with those before.</p>`}>${(items) => items.map((one) => html`<${Flag} key=${one.flag_id} siteId=${siteId} one=${one} />`)}<//>
    <${Registrations} siteId=${siteId} />`;
}

// Links in return: what this site owes others and what they owe it, domain by domain, with what was seen.
import { useState } from "preact/hooks";
import { get, patch, post, remove } from "../api.js";
import { External, html, many, Moment, shortUrl } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { go } from "../route.js";
import { live } from "../state.js";

const TONES = { kept: "good", different: "warn", missing: "bad" };
const STATES = [["missing,different", "Missing or not as agreed"], ["kept", "Kept"], ["unverified", "Not seen yet"], ["not_begun", "Not due yet"], ["over", "Over"], ["cancelled", "Cancelled"]];
const RELS = [["", "Nothing was agreed"], ["followed", "Must be followed"], ["nofollow", "nofollow"], ["sponsored", "sponsored"], ["ugc", "ugc"]];
const text = (form, name) => form.get(name)?.trim() || null;
const relOf = (rel) => (rel ? rel[0] ?? "followed" : "");

function given(form) {
  const rel = text(form, "rel");
  return { our_url: text(form, "our_url") ?? "", their_url: text(form, "their_url") ?? "", rel: rel && (rel === "followed" ? [] : [rel]), since_on: text(form, "since_on"), until_on: text(form, "until_on"), note: text(form, "note") };
}

function Fields({ item = {} }) {
  return html`<div class="halves"><${Field} name="our_url" label="Your page" type="url" required defaultValue=${item.our_url ?? ""} /><${Field} name="their_url" label="Their page that it links to" type="url" required defaultValue=${item.their_url ?? ""} />
    <${Field} name="rel" label="Marked as" as="select">${RELS.map(([code, label]) => html`<option value=${code} selected=${code === relOf(item.rel)}>${label}</option>`)}<//><${Field} name="since_on" label="Owed since" type="date" defaultValue=${item.since_on ?? ""} />
    <${Field} name="until_on" label="Owed until" type="date" defaultValue=${item.until_on ?? ""} /><${Field} name="note" label="Note" as="textarea" maxlength="2000" defaultValue=${item.note ?? ""} /></div>`;
}

function Evidence({ seen }) {
  return html`<details><summary>What was seen</summary><p><${Moment} at=${seen.looked_at} />${seen.http_status && html`, answered ${seen.http_status}`}${seen.final_url && html`, <span class="wrap">${shortUrl(seen.final_url)}</span>`}.</p>
    ${seen.occurrences.length > 0 && html`<ul class="plain">${seen.occurrences.map((one) => html`<li>“${one.anchor_text || "no text"}”, ${one.rel.length ? `marked ${one.rel.join(" and ")}` : "followed"}</li>`)}</ul>`}</details>`;
}

function Work({ item, changed }) {
  const tag = `W/"${item.version}"`;
  const save = async (form) => {
    await patch(`/v1/exchanges/${item.exchange_id}`, given(form), tag);
    await changed();
    return "Saved. Your page is looked at again.";
  };
  return html`<details><summary>Change</summary><${Form} label="Save" send=${save}><${Fields} item=${item} /><//></details>
    <div class="row answers"><button type="button" onClick=${async () => { await post(`/v1/exchanges/${item.exchange_id}/checks`); await changed(); }}>Look now</button>
      <${Confirm} label="Owed no more" title="Is nothing owed any more?" yes="Nothing is owed" act=${async () => { await remove(`/v1/exchanges/${item.exchange_id}`); await changed(); }} impact=${async () => html`<p>Your page is no longer looked at for it. It can still be read. Nothing on your page is changed.</p>`} /></div>`;
}

function Owed({ item, changed, named }) {
  return html`<div><div class="row between">${named ? html`<h2>${hostName(item.their_domain)}</h2>` : html`<h3 class="wrap">${shortUrl(item.our_url)}</h3>`}<span class=${`tag ${TONES[item.state] ?? ""}`}>${item.label}</span></div>
    <p class="wrap"><${External} href=${item.our_url}>${shortUrl(item.our_url)}<//> is to link to <${External} href=${item.their_url}>${shortUrl(item.their_url)}<//></p><p>${item.sentence}</p>
    ${item.evidence && html`<${Evidence} seen=${item.evidence} />`}${item.note && html`<p class="muted small wrap">${item.note}</p>`}${canEdit(item.site_id) && item.state !== "cancelled" && html`<${Work} item=${item} changed=${changed} />`}</div>`;
}

function Domain({ item, changed }) {
  return html`<article class="card item" aria-label=${hostName(item.domain)}><h2>${hostName(item.domain)}</h2><p>${item.sentence}</p>
    <h3>You owe</h3>${item.owed.map((one) => html`<${Owed} key=${`${one.exchange_id} ${one.version}`} item=${one} changed=${changed} />`)}
    <h3>They owe</h3>${item.placements.length === 0 ? html`<p class="muted">No placement on this domain is written down.</p>` : html`<ul class="plain">${item.placements.map((one) => html`<li class="wrap">${one.referring_url ? shortUrl(one.referring_url) : hostName(one.referring_domain)}: ${one.words.sentence}</li>`)}</ul>`}</article>`;
}

function Share({ siteId, turn }) {
  const state = useLoad(() => get(`/v1/sites/${siteId}/exchanges/share`), [siteId, turn]);
  return html`<${Loading} what="the share" state=${state}>${(found) => html`<div class="notice"><p>${found.sentence}</p><p class="small">${found.clause}</p>${found.reciprocal_domains?.length > 0 && html`<details><summary>${many(found.reciprocal_domains.length, "domain")}</summary><p class="small wrap">${found.reciprocal_domains.map(hostName).join(", ")}</p></details>`}</div>`}<//>`;
}

export function Exchanges({ siteId, filters }) {
  const { state = "" } = filters;
  const [turn, setTurn] = useState(0);
  const changed = () => setTurn((before) => before + 1);
  const at = `${turn} ${live.value.turn}`;
  const add = async (form, element) => {
    const values = Object.fromEntries(Object.entries(given(form)).filter(([, value]) => value !== null));
    await post("/v1/exchanges", { site_id: siteId, ...values });
    element.reset();
    changed();
    return "Written down. Your page is looked at now, and from time to time.";
  };
  return html`<h1>Links in return</h1><p class="muted">Links on your own pages that you owe for links that you get. Your page is looked at like every other, and a link counts as missing only after a second look.</p><${ReadOnly} siteId=${siteId} />
    <${Share} siteId=${siteId} turn=${turn} />
    <div class="row controls"><${Choice} label="Show" value=${state} empty="Both sides, by domain" options=${STATES} change=${(chosen) => go(["sites", siteId, "exchanges"], { state: chosen })} /></div>
    ${state ? html`<${Paged} what="links in return" path="/v1/exchanges" params=${{ site_id: siteId, state }} size=${25} turn=${at} empty=${html`<p>None is like that.</p>`}>${(items) => items.map((one) => html`<article class="card item" key=${`${one.exchange_id} ${one.version}`} aria-label=${hostName(one.their_domain)}><${Owed} item=${one} changed=${changed} named=${true} /></article>`)}<//>`
      : html`<${Paged} what="domains" path="/v1/exchanges/domains" params=${{ site_id: siteId }} size=${25} turn=${at} empty=${html`<p>No link in return is written down.</p>`}>${(items) => items.map((one) => html`<${Domain} key=${one.domain} item=${one} changed=${changed} />`)}<//>`}
    ${canEdit(siteId) && html`<section class="card"><h2>Write one down</h2><${Form} label="Write it down" send=${add}><${Fields} /><//></section>`}`;
}

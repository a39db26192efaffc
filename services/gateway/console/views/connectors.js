// Connectors: services that sell or show links, with your own key; what a pull may cost stands before it.
import { useState } from "preact/hooks";
import { get, post, put, remove } from "../api.js";
import { count, day, html } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { Check, Field, Form } from "../pieces/form.js";
import { Job } from "../pieces/job.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { link } from "../route.js";
import { live } from "../state.js";

const PROVIDERS = [["ahrefs", "Ahrefs"], ["semrush", "Semrush"], ["majestic", "Majestic"], ["dataforseo", "DataForSEO"], ["bing", "Bing Webmaster Tools"], ["yandex", "Yandex Webmaster"]];
const WEEK_MS = 7 * 86_400_000;

function settings(form) {
  return { ...(form.get("key") && { key: form.get("key") }), monthly_cap: Number(form.get("monthly_cap")), rows_per_pull: Number(form.get("rows_per_pull")), weekly: form.get("weekly") === "on" };
}

function Settings({ siteId, provider, mine, saved }) {
  const send = async (form, element) => {
    await put(`/v1/sites/${siteId}/connectors/${provider}`, settings(form));
    element.elements.key.value = "";
    await saved();
    return "Saved. Nothing was asked of the provider yet.";
  };
  return html`<${Form} label=${mine ? "Save" : "Set it up"} send=${send}>
    <${Field} name="key" type="password" autocomplete="off" label="API key" hint=${mine ? "A key is stored, encrypted and never shown. Leave this empty to keep it." : provider === "dataforseo" ? "As login:password. It is stored encrypted and never shown again." : "It is stored encrypted and never shown again."} required=${!mine} />
    <${Field} name="monthly_cap" type="number" min="0" step="1" label=${`Most ${mine?.unit ?? "units"} in a month`} hint="No call is made that could pass it. 0 stops every call." defaultValue=${mine?.monthly_cap ?? 0} required />
    <${Field} name="rows_per_pull" type="number" min="1" max="10000" step="1" label="Most links in one pull" defaultValue=${mine?.rows_per_pull ?? 1000} required />
    <${Check} name="weekly" label="Pull what is new once a week" defaultChecked=${mine?.weekly ?? false} /><//>`;
}

function next(mine) {
  if (!mine.weekly) return "No weekly pull; you start each one.";
  if (!mine.pulled_until) return "The first weekly pull comes tonight.";
  return `The next weekly pull comes about ${day(new Date(new Date(mine.pulled_until).getTime() + WEEK_MS))}.`;
}

function Connector({ siteId, mine, again }) {
  const [job, setJob] = useState();
  const path = `/v1/sites/${siteId}/connectors/${mine.provider}`;
  const impact = async () => {
    const told = await post(`${path}/pulls?dry_run=true`, {});
    if (told.refused) throw new Error(told.refused);
    return html`<p>It may cost at most <strong>${count(told.estimate)} ${told.unit}</strong>. Of this month's ${count(told.monthly_cap)}, ${count(told.used)} are used.</p>
      ${!told.fits && html`<p class="trouble">The whole pull does not fit under the cap: it stops before the call that could pass it, and keeps what came.</p>`}
      <p>${told.since ? `It asks for links that were first seen since ${day(told.since)}.` : "It is the first one: it asks for the newest links."} They come as an import and can be taken back.</p>`;
  };
  const pull = async () => { setJob((await post(`${path}/pulls`, {})).job.id); };
  const forget = async () => { await remove(path); await again(); };
  return html`<section class="card" aria-label=${mine.label}><div class="row between"><h2>${mine.label}</h2><span class="tag">${mine.weekly ? "weekly" : "by hand"}</span></div>
    <ul class="figures"><li><b>${count(mine.used)}</b>of ${count(mine.monthly_cap)} ${mine.unit} used this month</li><li>a pull costs at most <b>${count(mine.estimate)}</b></li></ul>
    <progress value=${Math.min(mine.used, mine.monthly_cap)} max=${Math.max(mine.monthly_cap, 1)} aria-label=${`Used of the cap of ${mine.label}`}></progress>
    <p class="muted">${mine.pulled_until ? `Links are known from it up to ${day(mine.pulled_until)}. ` : "Nothing was pulled yet. "}${next(mine)} ${mine.note ?? ""}</p>
    ${job && html`<${Job} key=${job} id=${job} what="Pull" ended=${again}>${(done) => done.state === "done" && html`<p>${count(done.accepted)} links taken. <a href=${link(["sites", siteId, "imports"])}>See the import</a></p>`}<//>`}
    ${canEdit(siteId) && html`<div class="row answers"><${Confirm} label="Pull now" title=${`Pull from ${mine.label}?`} yes="Pull" impact=${impact} act=${pull} />
      <${Confirm} label="Forget it" title=${`Forget ${mine.label}?`} yes="Forget it with its key" impact=${async () => html`<p>The key is deleted and no more pulls are made. The links that came through it stay.</p>`} act=${forget} /></div>
      <details><summary>Change</summary><${Settings} siteId=${siteId} provider=${mine.provider} mine=${mine} saved=${again} /></details>`}</section>`;
}

function Another({ siteId, left, again }) {
  const [chosen, setChosen] = useState(left[0][0]);
  const provider = left.some(([code]) => code === chosen) ? chosen : left[0][0];
  return html`<section class="card"><h2>Connect another</h2><div class="row controls"><${Choice} label="Provider" value=${provider} options=${left} change=${setChosen} /></div>
    <${Settings} key=${provider} siteId=${siteId} provider=${provider} saved=${again} /></section>`;
}

export function Connectors({ siteId }) {
  const state = useLoad(() => get(`/v1/sites/${siteId}/connectors`), [siteId], live.value.turn);
  return html`<h1>Connectors</h1>
    <p class="muted">Links from services that know them, with a key of your own. What a call may cost is counted before it is made, and none is made that could pass your monthly cap. The prices are estimates: make one small pull and compare with the provider's own count.</p>
    <${ReadOnly} siteId=${siteId} />
    <${Loading} what="the connectors" state=${state}>${(found) => {
      const left = PROVIDERS.filter(([code]) => !found.items.some((one) => one.provider === code));
      return html`${found.items.length === 0 && html`<div class="notice"><p>None is set up. You do not need one: <a href=${link(["sites", siteId, "imports"])}>files</a> work as well.</p></div>`}
        ${found.items.map((mine) => html`<${Connector} key=${mine.provider} siteId=${siteId} mine=${mine} again=${state.again} />`)}
        ${canEdit(siteId) && left.length > 0 && html`<${Another} siteId=${siteId} left=${left} again=${state.again} />`}`;
    }}<//>`;
}

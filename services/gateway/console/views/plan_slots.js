// From the plan to the text: a brief for a slot, and what one link from a certain domain should say.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { html, many, shortUrl } from "../html.js";
import { hostName } from "../names.js";
import { Outcome, useAct } from "../pieces/act.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit } from "../pieces/rights.js";
import { go } from "../route.js";

async function write(siteId, wish) {
  const made = await post("/v1/briefs", { site_id: siteId, ...wish });
  go(["sites", siteId, "briefs"], { brief: made.brief_id });
}

export function WriteBrief({ siteId, slot }) {
  const act = useAct();
  const send = () => act.run(() => write(siteId, { slot_id: slot.slot_id }));
  return html`<button type="button" disabled=${act.busy} aria-label=${`Write brief for ${shortUrl(slot.target_url)}, ${slot.label}`} onClick=${send}>Write brief</button>${act.problem && html`<${Outcome} act=${act} />`}`;
}

function Suggestion({ siteId, found }) {
  const act = useAct();
  const wish = { referring_domain: found.referring_domain, target_url: found.target_url, ...(found.slot_id ? { slot_id: found.slot_id } : {}) };
  return html`<p><strong>${found.sentence}</strong></p>
    <dl class="facts"><dt>To</dt><dd>${shortUrl(found.target_url)}</dd>${found.alternates.length > 0 && html`<dt>Or</dt><dd>${found.alternates.join("; ")}</dd>`}
      ${found.links_from_here !== null && html`<dt>Links from ${hostName(found.referring_domain)}</dt><dd>${many(found.links_from_here, "link")}</dd>`}</dl>
    ${found.forbidden.length > 0 && html`<details><summary>What it must not say</summary><ul class="plain">${found.forbidden.map((one) => html`<li class="wrap">“${one.text}”: ${one.because}</li>`)}</ul></details>`}
    ${canEdit(siteId) && html`<p><button type="button" disabled=${act.busy} onClick=${() => act.run(() => write(siteId, wish))}>Write a brief for it</button></p><${Outcome} act=${act} />`}`;
}

export function Suggest({ siteId }) {
  const [found, setFound] = useState();
  const send = async (form) => {
    const target = form.get("target_url").trim();
    setFound(await post(`/v1/sites/${siteId}/plan/suggestions`, { referring_domain: form.get("referring_domain").trim(), ...(target ? { target_url: target } : {}) }));
  };
  return html`<section class="card"><h2>One link from a certain site</h2><p class="muted">What the next link from there should say: never what a link from there says already.</p>
    <${Form} label="Suggest the words" send=${send}><div class="halves"><${Field} name="referring_domain" label="The site that would link" required /><${Field} name="target_url" label="Your page" hint="Empty: the one that is owed the next link." /></div><//>
    ${found && html`<${Suggestion} key=${JSON.stringify(found)} siteId=${siteId} found=${found} />`}</section>`;
}

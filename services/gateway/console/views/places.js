// Places where a link could stand, judged before anybody is asked: the advice, why, and what was seen.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { External, html, shortUrl } from "../html.js";
import { AnswersOf } from "../pieces/answers.js";
import { Finding } from "../pieces/finding.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";

const MOST = 10;

function Place({ one }) {
  const found = one.evaluation;
  const evidence = found?.toxicity.findings ?? [];
  return html`<article class="card item" aria-label=${one.address}><div class="row between"><h2 class="wrap">${one.address}</h2>${found && html`<span class="tag">${found.label}</span>`}</div>
    ${found ? html`<ul class="plain">${found.reasons.map((text) => html`<li>${text}</li>`)}</ul>` : html`<p>It was looked at, and could not be judged just now. Try again in a moment.</p>`}
    ${one.why && html`<p>${one.why}</p>`}
    ${one.links_to_you && html`<p>This very page links to your site already.</p>`}
    ${found && one.seen && html`<${AnswersOf} answers=${found.answers} />`}
    ${evidence.length > 0 && html`<details><summary>The evidence (${evidence.length})</summary><ul class="plain">${evidence.map((each) => html`<${Finding} one=${each} />`)}</ul></details>`}
    ${found?.notes.map((text) => html`<p class="muted small">${text}</p>`)}
    <p class="small"><${External} href=${one.final_url}>${shortUrl(one.final_url)}<//></p></article>`;
}

export function Places({ siteId }) {
  const [found, setFound] = useState([]);
  const send = async (form) => {
    const addresses = form.get("addresses").split("\n").map((line) => line.trim()).filter(Boolean);
    if (addresses.length === 0) throw new Error("Give at least one address or domain.");
    if (addresses.length > MOST) throw new Error(`Give at most ${MOST} at a time.`);
    setFound((await post(`/v1/sites/${siteId}/evaluations`, { addresses })).items);
    return "Looked at.";
  };
  return html`<h1>Judge a place</h1><p class="muted">Before you ask anybody for a link: what is seen of the page now, judged by the same evidence as the links that you have. Nothing is stored, and nobody is written to.</p>
    <${ReadOnly} siteId=${siteId} />
    ${canEdit(siteId) && html`<section class="card"><${Form} label="Look at them" send=${send}><${Field} name="addresses" as="textarea" label="Pages or domains" hint=${`One on a line, at most ${MOST}. Of a domain the home page is looked at. It may take some seconds.`} required /><//></section>`}
    ${found.map((one) => html`<${Place} key=${one.address} one=${one} />`)}`;
}

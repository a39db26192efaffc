// The disavow file: whether one is needed at all, the one in force, the next one, and every version of it.
import { useState } from "preact/hooks";
import { get, put } from "../api.js";
import { count, html } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { word } from "../state.js";
import { Build } from "./disavow_build.js";
import { InForce } from "./disavow_in_force.js";
import { Upload } from "./disavow_upload.js";
import { Versions } from "./disavow_versions.js";

function Figures({ need }) {
  return html`<ul class="figures"><li><b>${count(need.judged)}</b>links judged</li><li><b>${count(need.ignored_junk)}</b>junk that Google ignores</li>
    <li><b>${count(need.worth_action)}</b>worth action</li><li><b>${count(need.candidates)}</b>candidates</li></ul>`;
}

function Record({ siteId, need, again }) {
  const send = async (form) => {
    await put(`/v1/sites/${siteId}/disavow/need`, { manual_action: form.get("manual_action") || null, known_scheme: form.get("known_scheme") || null, note: form.get("note") });
    await again();
    return "Recorded.";
  };
  return html`<details><summary>Record why, or why not</summary>
    ${need.questions.length > 0 && html`<ul class="plain">${need.questions.map((one) => html`<li>${one}</li>`)}</ul>`}
    <${Form} label="Record" send=${send}>
      <${Field} name="manual_action" as="textarea" label="What Search Console reports under “Manual actions”, and since when" hint="Leave it empty if it reports none." defaultValue=${need.manual_action ?? ""} />
      <${Field} name="known_scheme" as="textarea" label="Links that were bought, exchanged or made" hint="By whom, when, about how many. Leave it empty if there are none." defaultValue=${need.known_scheme ?? ""} />
      <${Field} name="note" label="Note" defaultValue=${need.note} maxlength="2000" /><//></details>`;
}

function Need({ siteId, need, again }) {
  return html`<section class="card"><h2>Does this site need one? ${word("disavow_need", need.needed)}</h2>
    <p>${need.sentence}</p>
    ${need.because.length > 0 && html`<ul class="plain">${need.because.map((one) => html`<li>${one}</li>`)}</ul>`}
    <${Figures} need=${need} />
    <p class="muted">${need.advice}</p>
    ${need.answered_by && html`<p class="muted small">Recorded by ${need.answered_by}.</p>`}
    ${need.needed !== "no" && html`<p><a href=${`/v1/sites/${siteId}/disavow/reconsideration.zip`} download>Everything for a reconsideration request, as one file</a></p>`}
    ${canEdit(siteId) && html`<${Record} siteId=${siteId} need=${need} again=${again} />`}</section>`;
}

export function Disavow({ siteId }) {
  const [turn, setTurn] = useState(0);
  const need = useLoad(() => get(`/v1/sites/${siteId}/disavow/need`), [siteId], turn);
  const versions = useLoad(() => get(`/v1/sites/${siteId}/disavow/versions`, { limit: 100 }), [siteId], turn);
  const news = () => setTurn((before) => before + 1);
  return html`<h1>Disavow file</h1>
    <p class="muted">A text that tells Google to leave some links out of account. Most sites need none, and a wrong line throws good links away. Nothing is sent to Google from here: you upload the file yourself in Search Console.</p>
    <${ReadOnly} siteId=${siteId} />
    <${Loading} what="whether one is needed" state=${need}>${(value) => html`<${Need} siteId=${siteId} need=${value} again=${need.again} />`}<//>
    <${Loading} what="the versions" state=${versions}>${(listed) => html`
      ${listed.items.length > 0 && html`<${InForce} siteId=${siteId} turn=${turn} news=${news} />`}
      ${canEdit(siteId) && html`<${Upload} siteId=${siteId} versions=${listed.items} news=${news} />
        <${Build} siteId=${siteId} needed=${need.value?.needed} news=${news} />`}
      <${Versions} siteId=${siteId} versions=${listed.items} news=${news} />`}<//>`;
}

// What is known against and for one link: four questions answered apart, the evidence, and what would change it.
import { get } from "../api.js";
import { html } from "../html.js";
import { useLoad } from "../load.js";
import { AnswersOf } from "../pieces/answers.js";
import { Finding } from "../pieces/finding.js";
import { saying } from "../state.js";

export function LinkToxicity({ id, turn }) {
  const state = useLoad(() => get(`/v1/links/${id}/toxicity`), [id], turn);
  if (!state.value) return null; // not judged yet, or not for this person's eyes: the line above says so
  const found = state.value;
  return html`<section class="card"><h2>What speaks for and against it</h2><p>${found.sentence}</p>
    ${found.answers && html`<${AnswersOf} answers=${found.answers} />`}
    ${found.findings.length > 0 && html`<details><summary>The evidence (${found.findings.length})</summary><ul class="plain">${found.findings.map((one) => html`<${Finding} one=${one} />`)}</ul></details>`}
    ${found.held_back_by.length > 0 && html`<p class="muted small">Not proposed for disavowing: ${found.held_back_by.map((code) => saying("hold", code)).join(" ")}</p>`}
    ${found.what_would_change_it.length > 0 && html`<details><summary>What would change it</summary><ul class="plain">${found.what_would_change_it.map((one) => html`<li>${one.text}</li>`)}</ul></details>`}</section>`;
}

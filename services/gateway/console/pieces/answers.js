// Four questions answered apart, each with what it rests on.
import { html } from "../html.js";

const QUESTIONS = ["is_real", "shows_pattern", "passes", "is_worth"];

function Answer({ one }) {
  return html`<dt>${one.question}</dt><dd>${one.sentence}${one.evidence.length > 0 && html`<ul class="plain muted small">${one.evidence.map((text) => html`<li class="wrap">${text}</li>`)}</ul>`}</dd>`;
}

export function AnswersOf({ answers }) {
  return html`<dl class="answers-of">${QUESTIONS.map((name) => html`<${Answer} key=${name} one=${answers[name]} />`)}</dl>`;
}

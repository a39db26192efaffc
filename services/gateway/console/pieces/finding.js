// One piece of evidence: what was seen, and the rule of search engines that it touches.
import { External, html } from "../html.js";

export function Finding({ one }) {
  return html`<li><strong>${one.label.slice(0, 1).toUpperCase()}${one.label.slice(1)}.</strong> ${one.evidence}${one.policy?.clause && html` <span class="muted small">${one.policy.url ? html`<${External} href=${one.policy.url}>${one.policy.clause}<//>` : one.policy.clause}</span>`}</li>`;
}

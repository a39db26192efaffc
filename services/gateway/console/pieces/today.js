// What is to be done over all sites; each line leads to where it is done.
import { get } from "../api.js";
import { html } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { live } from "../state.js";

const NAMES = { profile: "links", toxicity: "reviews", outreach: "placements" };

export function Today() {
  const state = useLoad(() => get("/v1/today"), [], live.value.turn);
  return html`<section class="card" aria-labelledby="today"><h2 id="today">To do</h2>
    <${Loading} what="what is to be done" state=${state}>${({ items, degraded }) => html`
      ${degraded.length > 0 && html`<p class="notice">What waits among ${degraded.map((one) => NAMES[one.service]).join(" and ")} cannot be told at the moment.</p>`}
      ${items.length === 0 ? html`<p class="muted">${degraded.length > 0 ? "Nothing else waits for you." : "Nothing waits for you."}</p>`
        : html`<ul class="plain">${items.map((one) => html`<li key=${one.kind + one.site_id}><a href=${`#/sites/${one.site_id}/${one.place}`}>${one.sentence}</a>
          <span class="wrap">${hostName(one.domain)}</span> <span class="muted small">${one.todo}</span></li>`)}</ul>`}`}<//></section>`;
}

// All sites that the caller may see, one row each, and the door for a new one.
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { count, html, Moment } from "../html.js";
import { Loading, Trouble, useLoad } from "../load.js";
import { go, link } from "../route.js";
import { live, refreshSites } from "../state.js";

function Row({ row }) {
  return html`<tr>
    <th scope="row"><a href=${link(["sites", row.site_id, "overview"])}>${row.name || row.domain}</a></th>
    <td class="number">${count(row.links_present)}</td>
    <td class="number">${count(row.referring_domains)}</td>
    <td class="number">${count(row.lost_30d)}</td>
    <td class="number">${count(row.statuses?.unknown)}</td>
    <td><${Moment} at=${row.last_checked_at} /></td>
  </tr>`;
}

function AddSite() {
  const [problem, setProblem] = useState();
  async function submit(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const brands = form.get("brands").split(",").map((one) => one.trim()).filter(Boolean);
    try {
      const site = await post("/v1/sites", { domain: form.get("domain").trim(), brands });
      await refreshSites();
      go(["sites", site.id, "start"], { look: "1" });
    } catch (trouble) {
      setProblem(trouble);
    }
  }
  return html`<section class="card" aria-labelledby="add">
    <h2 id="add">Watch a site</h2>
    ${problem && html`<${Trouble} problem=${problem} />`}
    <form class="row" onSubmit=${submit}>
      <label>Domain <input name="domain" placeholder="example.com" required /></label>
      <label>Brand names, with commas <input name="brands" placeholder="Example, Example Shop" /></label>
      <button class="main">Add the site</button>
    </form>
  </section>`;
}

export function Sites() {
  const state = useLoad(() => get("/v1/portfolio"), [], live.value.turn);
  return html`<h1>Sites</h1>
    <${Loading} what="your sites" state=${state}>${(answer) => answer.items.length === 0
      ? html`<p class="notice">No site yet. Enter a domain, then import a file of its links; checking starts by itself.</p>`
      : html`<div class="card scroll"><table>
          <caption>One row per site. Present means live or changed.</caption>
          <thead><tr><th scope="col">Site</th><th scope="col" class="number">Links present</th><th scope="col" class="number">Referring domains</th>
            <th scope="col" class="number">Gone, 30 days</th><th scope="col" class="number">Couldn't look</th><th scope="col">Last look</th></tr></thead>
          <tbody>${answer.items.map((row) => html`<${Row} key=${row.site_id} row=${row} />`)}</tbody>
        </table></div>`}<//>
    <${AddSite} />`;
}

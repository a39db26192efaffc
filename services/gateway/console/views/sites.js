// All sites that the caller may see, one row each, and the door for a new one.
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { count, html, Moment } from "../html.js";
import { Loading, Trouble, useLoad } from "../load.js";
import { inWorkspace } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";
import { Today } from "../pieces/today.js";
import { go, link } from "../route.js";
import { live, refreshSites } from "../state.js";

const HEADS = ["Site", ["Links present", "number"], ["Referring domains", "number"], ["Gone, 30 days", "number"], ["Couldn't look", "number"], "Last look"];

function cells(row) {
  return [html`<a class="wrap" href=${link(["sites", row.site_id, "overview"])}>${row.name || row.domain}</a>`, count(row.links_present), count(row.referring_domains), count(row.lost_30d),
    count(row.statuses?.unknown), html`<${Moment} at=${row.last_checked_at} />`];
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
      : html`<div class="card"><${Table} shown caption="One row per site. Present means live or changed." heads=${HEADS} rows=${answer.items.map((row) => ({ key: row.site_id, cells: cells(row) }))} /></div><${Today} />`}<//>
    ${inWorkspace("editor") && html`<${AddSite} />`}`;
}

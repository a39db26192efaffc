// Competitors: who links to them and not to you, from the exports of any tool, each with its source and date.
import { useState } from "preact/hooks";
import { get, query, remove, upload } from "../api.js";
import { count, day, External, html, many, shortUrl } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";

function Upload({ siteId, done }) {
  const send = async (form, element) => {
    const body = new FormData();
    body.append("file", form.get("file"));
    const { value } = await upload(`/v1/sites/${siteId}/competitors/imports${query({ competitor: form.get("competitor").trim() })}`, body);
    element.reset();
    done();
    return `${count(value.domains)} domains that link to ${value.competitor}: ${count(value.accepted)} of ${count(value.rows)} rows taken, ${count(value.lost)} lost, ${count(value.own_domain)} its own, ${count(value.rejected)} could not be used.`;
  };
  return html`<section class="card"><h2>Give in a competitor's links</h2><p class="muted">An export of the backlinks of the competitor, from any tool. Nothing of it becomes a link of your site, and no page of it is looked at.</p>
    <${Form} label="Read the file" send=${send} className="stack">
      <${Field} name="competitor" label="Whose links" placeholder="rival.example" required /><${Field} name="file" type="file" label="File" required /><//></section>`;
}

function Known({ siteId, items, again }) {
  return html`<section class="card"><h2>What is known</h2><${Table} caption="Competitors" heads=${["Competitor", "Source", ["Domains", "number"], ["Links", "number"], "Dated", "Actions"]} rows=${items.map((one) => ({ key: `${one.competitor} ${one.source}`, cells: [
    html`<span class="wrap">${hostName(one.competitor)}</span>`, one.label, count(one.domains), count(one.links), day(one.claimed_at),
    canEdit(siteId) ? html`<${Confirm} label="Forget" title=${`Forget ${one.competitor}?`} yes="Forget it" impact=${async () => html`<p>All that files said of links to ${one.competitor} is deleted. Your own links are not touched.</p>`}
      act=${async () => { await remove(`/v1/sites/${siteId}/competitors/${encodeURIComponent(one.competitor)}`); await again(); }} />` : ""] }))} /></section>`;
}

function evidence(one) {
  return html`<details><summary>${many(one.evidence.length, "source")}</summary><ul class="plain">${one.evidence.map((said) => html`<li class="wrap">${said.competitor}: ${said.label}, ${day(said.claimed_at)}, ${many(said.links, "link")} ${said.page_url && html`<${External} href=${said.page_url}>${shortUrl(said.page_url)}<//>`}</li>`)}</ul></details>`;
}

function yours(one, kind) {
  if (kind === "intersect") return one.links_to_you ? many(one.links_to_you, "link") : "none";
  return one.lost_links_to_you ? `had ${count(one.lost_links_to_you)}: the easier conversation` : "never";
}

function Compare({ siteId, competitors, turn }) {
  const [kind, setKind] = useState("gap");
  const [least, setLeast] = useState(competitors.length > 1 ? "2" : "1");
  const [whose, setWhose] = useState("");
  const numbers = competitors.map((_, at) => [String(at + 1), at === 0 ? "one of them" : `${at + 1} of them`]).slice(0, 20);
  return html`<section class="card"><h2>Who links to them</h2>
    <div class="row controls"><${Choice} label="Show" value=${kind} options=${[["gap", "Domains that do not link to you"], ["intersect", "Domains that they have in common"]]} change=${setKind} />
      <${Choice} label="Link to at least" value=${least} options=${numbers} change=${setLeast} /><${Choice} label="Competitor" value=${whose} empty="Any" options=${competitors.map((one) => [one, one])} change=${setWhose} /></div>
    <${Paged} what="domains" path=${`/v1/sites/${siteId}/competitors/${kind}`} params=${{ at_least: least, competitor: whose, include: "count" }} size=${50} turn=${turn} empty=${html`<p>None. Ask for fewer competitors at a time, or give in another file.</p>`}>${(items, page) => html`
      ${page.count !== null && page.count !== undefined && html`<p class="muted">${many(page.count, "domain")}.</p>`}
      <${Table} caption="Domains that link to competitors" heads=${["Domain", ["Competitors", "number"], ["Links to them", "number"], kind === "gap" ? "Linked to you before" : "Links to you", ["Authority", "number"], "Who says so"]}
        rows=${items.map((one) => ({ key: one.domain, cells: [html`<span class="wrap">${hostName(one.domain)}</span>`, count(one.competitor_count), count(one.links), yours(one, kind), one.authority === null ? "not known" : count(Math.round(one.authority)), evidence(one)] }))} />`}<//></section>`;
}

export function Competitors({ siteId }) {
  const [turn, setTurn] = useState(0);
  const state = useLoad(() => get(`/v1/sites/${siteId}/competitors`), [siteId], turn);
  return html`<h1>Competitors</h1><p class="muted">It is as old as the files; look before you write to anybody.</p><${ReadOnly} siteId=${siteId} />
    <${Loading} what="competitors" state=${state}>${(found) => found.items.length === 0 ? html`<div class="notice"><p>No competitor's links are known yet. Export them from any tool and give the file in below.</p></div>`
      : html`<${Compare} siteId=${siteId} competitors=${[...new Set(found.items.map((one) => one.competitor))]} turn=${turn} /><${Known} siteId=${siteId} items=${found.items} again=${state.again} />`}<//>
    ${canEdit(siteId) && html`<${Upload} siteId=${siteId} done=${() => setTurn((before) => before + 1)} />`}`;
}

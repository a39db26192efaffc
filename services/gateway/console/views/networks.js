// Networks: domains that seem to have one owner, drawn with what ties them. That is a fact and no fault.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { count, html, many, Moment } from "../html.js";
import { hostName } from "../names.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Confirm } from "../pieces/confirm.js";
import { Job } from "../pieces/job.js";
import { canEdit } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";
import { saying, word } from "../state.js";
import { Drawing } from "./network_drawing.js";
import { answer, ANSWERS } from "./reviews.js";

function Ties({ network }) {
  return html`<details><summary>Every tie as a list (${count(network.edges.length)})</summary><${Table} caption="What ties two domains" heads=${["One", "Other", "What they share", ["Bits", "number"]]}
    rows=${network.edges.slice(0, 200).map((edge) => ({ key: `${edge.source} ${edge.target}`, cells: [html`<span class="wrap">${hostName(edge.source)}</span>`, html`<span class="wrap">${hostName(edge.target)}</span>`,
      html`<ul class="plain">${edge.evidence.map((one) => html`<li class="wrap">${one.label}: ${one.value}</li>`)}</ul>`, edge.bits.toFixed(1)] }))} /></details>`;
}

function Decide({ siteId, network }) {
  const [said, setSaid] = useState("");
  const decide = async (decision) => {
    const { reviews } = await post("/v1/reviews", { site_id: siteId, networks: [network.network_id], decision, reason: "Decided for a whole network" });
    const domains = reviews.flatMap((one) => one.domains);
    setSaid(`Decided for ${count(domains.length)} domains: ${answer(decision)}. The review has the undo.`);
  };
  const impact = async (code) => html`<p><strong>${answer(code)}:</strong> ${saying("decision", code)}</p><p>It is decided for the ${count(network.domains.length)} domains of this network that link to you${code === "disavow" ? "; guarded ones are left out" : ""}, and can be undone.</p>
    <ul>${network.domains.slice(0, 40).map((name) => html`<li class="wrap">${hostName(name)}</li>`)}</ul>`;
  return html`<div class="row answers">${ANSWERS.map(([code]) => html`<${Confirm} label=${answer(code)} title=${`${answer(code)}: the whole network?`} yes=${answer(code)} impact=${() => impact(code)} act=${() => decide(code)} />`)}</div>
    <p role="status" class="said">${said}</p>`;
}

function Network({ siteId, network }) {
  const worst = network.nodes.map((node) => node.band).filter(Boolean);
  return html`<article class="card item" aria-label=${`Network of ${hostName(network.domains[0])}`}>
    <div class="row between"><h2>${many(network.domains.length, "domain")}: ${network.domains.slice(0, 3).map(hostName).join(", ")}${network.domains.length > 3 ? " …" : ""}</h2>
      <span class="row">${network.is_open && html`<span class="tag good">shows that it belongs together</span>`}${network.links_to_the_same && html`<span class="tag warn">links to the same other sites</span>`}</span></div>
    <p>${network.sentence}${network.other_domains > 0 ? ` ${count(network.other_domains)} more domains of it link to other sites of yours.` : ""}</p>
    <${Drawing} network=${network} />
    <${Table} caption="What the domains share" shown heads=${["What", "Which", ["Domains", "number"], ["Bits", "number"]]} rows=${network.evidence.map((one) => ({ key: `${one.kind} ${one.value}`, cells: [one.label, html`<span class="wrap">${one.value}</span>`, count(one.domains), one.bits.toFixed(1)] }))} />
    <${Ties} network=${network} />
    ${worst.length > 0 && html`<p class="muted small">Worst link of each domain: ${[...new Set(worst)].map((band) => `${word("band", band)} (${count(worst.filter((one) => one === band).length)})`).join(", ")}.</p>`}
    <p class="muted small">Known since <${Moment} at=${network.first_found_at} />, found last <${Moment} at=${network.last_found_at} />.</p>
    ${canEdit(siteId) && html`<${Decide} siteId=${siteId} network=${network} />`}</article>`;
}

export function Networks({ siteId }) {
  const [job, setJob] = useState();
  const [turn, setTurn] = useState(0);
  const act = useAct();
  return html`<h1>Networks</h1>
    <p class="muted">Domains that seem to belong to one owner. Publishers have many magazines, companies a site in each language: whether it counts against a link is for the score, and for you. Each shared thing is worth as many bits as it is rare.</p>
    ${canEdit(siteId) && html`<div class="row"><button type="button" disabled=${act.busy} onClick=${() => act.run(async () => setJob((await post(`/v1/sites/${siteId}/networks/looks`, {})).id))}>Look again now</button></div>`}
    <${Outcome} act=${act} />${job && html`<${Job} key=${job} id=${job} what="Looking for networks" unit="steps" ended=${() => setTurn(turn + 1)} />`}
    <${Paged} what="networks" path=${`/v1/sites/${siteId}/networks`} size=${5} turn=${turn}
      empty=${html`<p>No network among the domains that link to you. The look is repeated each night, once pages were read.</p>`}>${(items, page) => html`
      ${page.looked_at && html`<p class="muted small">Looked at <${Moment} at=${page.looked_at} />.${page.is_cut ? " There was more than one look can hold: the biggest are shown." : ""}</p>`}
      ${items.map((one) => html`<${Network} key=${one.network_id} siteId=${siteId} network=${one} />`)}`}<//>`;
}

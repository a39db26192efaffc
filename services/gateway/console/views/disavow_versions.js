// Every version of the disavow file: who made it and why, its text, what changed, and the way back to it.
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { count, html, many, Moment } from "../html.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Choice } from "../pieces/choice.js";
import { Confirm } from "../pieces/confirm.js";
import { canEdit } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";
import { word } from "../state.js";
import { Lines } from "./disavow_upload.js";

function Compare({ siteId, versions }) {
  const numbers = versions.map((one) => [String(one.version_no), `Version ${one.version_no}`]);
  const [from, setFrom] = useState(numbers[1][0]);
  const [to, setTo] = useState(numbers[0][0]);
  const [found, setFound] = useState();
  const act = useAct();
  const compare = () => act.run(async () => setFound(await get(`/v1/sites/${siteId}/disavow/versions/${from}/diff/${to}`)));
  return html`<div class="row controls"><${Choice} label="From" value=${from} options=${numbers} change=${setFrom} /><${Choice} label="To" value=${to} options=${numbers} change=${setTo} />
      <button type="button" disabled=${act.busy} onClick=${compare}>Compare</button></div><${Outcome} act=${act} />
    ${found && html`<p role="status">${count(found.added.length)} lines came in, ${count(found.removed.length)} went, ${count(found.kept)} stayed.</p>
      <${Lines} title="Came in" lines=${found.added} /><${Lines} title="Went" lines=${found.removed} />`}`;
}

function row(one, newest, siteId, restore) {
  const path = `/v1/sites/${siteId}/disavow/versions/${one.version_no}.txt`;
  const impact = async () => {
    const { added, removed } = await get(`/v1/sites/${siteId}/disavow/versions/${newest}/diff/${one.version_no}`);
    return html`<p>A new version is made with the lines of version ${one.version_no}: ${count(added.length)} lines come back, ${count(removed.length)} go. No version is lost.</p>
      <${Lines} title="Come back" lines=${added} /><${Lines} title="Go" lines=${removed} />`;
  };
  return { key: one.version_no, cells: [`Version ${one.version_no}${one.version_no === newest ? " (newest)" : ""}`, word("disavow_origin", one.origin), `${many(one.domains, "domain")}, ${many(one.urls, "page")}`,
    `+${count(one.added)} −${count(one.removed)}`, html`<span class="wrap">${one.reason || "–"}</span>`, html`${one.made_by}, <${Moment} at=${one.created_at} />`,
    html`<div class="row"><a href=${path} download=${`disavow-${one.version_no}.txt`}>Download</a>${canEdit(siteId) && one.version_no !== newest && html`<${Confirm} label="Restore" title=${`Restore version ${one.version_no}?`} yes="Restore it" impact=${impact} act=${() => restore(one)} />`}</div>`] };
}

export function Versions({ siteId, versions, news }) {
  const newest = versions[0]?.version_no;
  const restore = async (one) => { await post(`/v1/sites/${siteId}/disavow/versions/${one.version_no}/restores`, { reason: `Back to version ${one.version_no}` }); news(); };
  return html`<section class="card"><h2>Versions</h2>${versions.length === 0 ? html`<div class="notice"><p>No version yet. If Google has a list already, give it in above; if not, there is nothing to do here.</p></div>`
    : html`<${Table} caption="Versions of the file" heads=${["Version", "How", "Holds", "Changed", "Why", "Who and when", "Actions"]} rows=${versions.map((one) => row(one, newest, siteId, restore))} />
      ${versions.length > 1 && html`<h3>Compare two</h3><${Compare} siteId=${siteId} versions=${versions} />`}`}</section>`;
}

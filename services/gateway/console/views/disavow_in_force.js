// The file that is there: what each line does, the good domains it throws away, and the file without them.
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { count, day, html } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { CopyText, save } from "../pieces/copy.js";
import { Confirm } from "../pieces/confirm.js";
import { canEdit } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";
import { word } from "../state.js";

const HEADS = ["Line", "What it does", ["Live", "number"], ["Followed", "number"], ["Good", "number"], "Last seen"];

function rows(items) {
  return items.map((one) => ({ key: one.entry, cells: [html`<span class="wrap">${hostName(one.entry)}</span>`, one.sentence, count(one.live), count(one.followed), count(one.good), day(one.last_seen_on) || "–"] }));
}

function TakeOut({ siteId, good, news }) {
  const [reason, setReason] = useState("They link well and were thrown away.");
  const lift = async () => {
    await post(`/v1/sites/${siteId}/disavow/lifts`, { entries: good.map((one) => one.entry), reason });
    news();
  };
  const impact = async () => html`<p>A new version is made without ${good.length === 1 ? "this line" : `these ${count(good.length)} lines`}, and the decisions behind them are taken back. Google takes the links into account again after you upload it.</p>
    <ul>${good.slice(0, 40).map((one) => html`<li class="wrap">${hostName(one.entry)}</li>`)}</ul>`;
  return html`<div class="row controls"><div class="field grow"><label for="lift-reason">Reason</label><input id="lift-reason" maxlength="300" value=${reason} onInput=${(event) => setReason(event.target.value)} /></div>
    <${Confirm} label=${`Take ${good.length === 1 ? "it" : "them"} out`} title="Take the good domains out of the file?" yes="Make that version" impact=${impact} act=${lift} /></div>`;
}

export function InForce({ siteId, turn, news }) {
  const state = useLoad(() => get(`/v1/sites/${siteId}/disavow/check`), [siteId], turn);
  return html`<section class="card"><h2>What the file does</h2><${Loading} what="the file" state=${state}>${(found) => html`
    <ul class="figures">${Object.entries(found.effects).filter(([, number]) => number > 0).map(([effect, number]) => html`<li>${word("disavow_effect", effect)}: <b>${count(number)}</b></li>`)}</ul>
    ${found.good.length > 0 ? html`<h3>Good domains that it throws away</h3><${Table} caption="Good domains that the file throws away" heads=${HEADS} rows=${rows(found.good)} />
      <div class="row"><button type="button" onClick=${() => save("disavow-without-good.txt", found.without_good)}>Download the file without them</button></div>
      ${canEdit(siteId) && html`<${TakeOut} siteId=${siteId} good=${found.good} news=${news} />`}` : html`<p>No line of it throws a good domain away, as far as was seen.</p>`}
    <${CopyText} label="A paragraph for your client" text=${found.paragraph} rows=${5} />
    <details><summary>Every line (${count(found.entries)})</summary><${Table} caption="Every line of the file" heads=${HEADS} rows=${rows(found.items)} />
      ${found.more > 0 && html`<p class="muted">and ${count(found.more)} more</p>`}</details>`}<//></section>`;
}

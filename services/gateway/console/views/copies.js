// Whether what one service keeps of another is still what it is a copy of; and having it sent again.
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { html, moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Outcome, useAct } from "../pieces/act.js";
import { Confirm } from "../pieces/confirm.js";
import { Job } from "../pieces/job.js";
import { inWorkspace } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";

const tag = (one) => (one.known ? html`<span class=${`tag ${one.same ? "" : "warn"}`}>${one.same ? "agrees" : "differs"}</span>` : html`<span class="tag">not compared</span>`);

function List({ items }) {
  const rows = items.map((one) => ({ key: `${one.service} ${one.copy_name}`, cells: [one.sentence, tag(one)] }));
  return html`<${Table} caption="Copies and what they are copies of" heads=${["What was compared", "Found"]} rows=${rows} />`;
}

export function Copies() {
  const [job, setJob] = useState();
  const look = useAct();
  const state = useLoad(() => get("/v1/self-check"), []);
  if (!inWorkspace("viewer")) return html`<h1>Self-check</h1><div class="notice"><p>This is about the whole workspace; ask an owner.</p></div>`;
  const tried = async () => {
    const found = await post("/v1/rebuilds?dry_run=true", {});
    return html`<p>${found.sentence}</p><p>Everything goes on meanwhile. Nothing is looked at twice because of it, and nobody outside hears of it.</p>`;
  };
  const start = async () => { setJob((await post("/v1/rebuilds", {})).job_id); };
  const again = () => look.run(async () => { await post("/v1/self-check", {}); return "It is being compared. Look again in a moment."; });
  return html`<h1>Self-check</h1><p class="muted">Services keep copies of what others own. Once a day both sides are counted and compared, site by site.</p>
    <${Loading} what="the self-check" state=${state}>${(found) => html`<section class="card"><h2>${found.sentence}</h2>
      ${found.checked_at && html`<p class="muted small">Compared on ${moment(found.checked_at)}.</p><${List} items=${found.items} />`}
      ${inWorkspace("owner") && html`<div class="row"><button type="button" onClick=${again} disabled=${look.busy}>Compare now</button><button type="button" onClick=${state.again}>Look again</button>
        <${Confirm} className="main" label="Send copies again" title="Send all copies again?" yes="Send them again" impact=${tried} act=${start} /></div><${Outcome} act=${look} />`}</section>`}<//>
    ${job && html`<${Job} id=${job} what="Sending copies again" unit="copies" ended=${state.again} />`}`;
}

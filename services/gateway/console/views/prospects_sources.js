// Where prospects come from: a pasted list, the links of competitors, links that were lost. One way in for all.
import { useState } from "preact/hooks";
import { get, post } from "../api.js";
import { count, html, many } from "../html.js";
import { hostName } from "../names.js";
import { Outcome, useAct } from "../pieces/act.js";
import { Check, Field, Form } from "../pieces/form.js";
import { Table } from "../pieces/table.js";

const SHOWN = 100;

function Rows({ found }) {
  const told = found.results.filter((row) => row.error || row.note);
  return html`<p>${many(found.accepted, "domain")} ${found.dry_run ? "would be added" : "added"}, ${count(found.known)} known already, ${count(found.rejected)} cannot be taken.</p>
    ${told.length > 0 && html`<${Table} caption="Rows to look at" heads=${[["Line", "number"], "Row", "What we read"]} rows=${told.slice(0, SHOWN).map((row) => ({ key: row.line, cells: [row.line, html`<span class="wrap pasted">${row.text}</span>`, row.error?.detail ?? row.note] }))} />`}
    ${told.length > SHOWN && html`<p class="muted">The first ${SHOWN} of ${many(told.length, "row")}.</p>`}`;
}

function Paste({ siteId, done }) {
  const [found, setFound] = useState();
  const ready = found?.dry_run && found.accepted > 0;
  const send = async (form, element) => {
    const file = form.get("file");
    const text = file?.size ? await file.text() : form.get("text");
    const answer = await post(`/v1/sites/${siteId}/prospects${ready ? "" : "?dry_run=true"}`, { text, ...(form.get("source_note").trim() && { source_note: form.get("source_note").trim() }) });
    setFound(answer);
    if (!ready) return answer.accepted > 0 ? "Nothing is written yet. Press again to add them." : "Nothing of it is new and can be taken.";
    element.reset();
    done();
    return "Added. They are read within the next minutes.";
  };
  return html`<section class="card"><h2>Paste domains</h2><p class="muted">One domain or page a line, at most 5,000. A spreadsheet is fine: the first cell of each row counts.</p>
    <${Form} label=${ready ? "Add them" : "Look at it"} send=${send}>
      <${Field} name="text" label="Domains" as="textarea" rows="5" maxlength="600000" onInput=${() => setFound(undefined)} />
      <${Field} name="file" type="file" label="Or a file of text" accept=".txt,.csv,.tsv" onChange=${() => setFound(undefined)} />
      <${Field} name="source_note" label="Where they come from" maxlength="500" hint="For you: a search, a list, a tip." /><//>
    ${found && html`<${Rows} found=${found} />`}</section>`;
}

// Finds candidates by another list of the product, and adds those that the person leaves chosen.
function Chosen({ siteId, title, about, label, source, find, done }) {
  const [found, setFound] = useState();
  const act = useAct();
  const look = () => act.run(async () => {
    const items = await find();
    setFound(items);
    if (items.length === 0) return "There are none.";
  });
  const send = async (form) => {
    const text = form.getAll("domain").join("\n");
    if (!text) throw new Error("Choose at least one.");
    const answer = await post(`/v1/sites/${siteId}/prospects`, { text, source });
    setFound(undefined);
    done();
    return `${many(answer.accepted, "domain")} added, ${count(answer.known)} known already.`;
  };
  return html`<section class="card"><h2>${title}</h2><p class="muted">${about}</p>
    <div class="row"><button type="button" disabled=${act.busy} onClick=${look}>${label}</button></div><${Outcome} act=${act} />
    ${found?.length > 0 && html`<${Form} label="Add the chosen ones" send=${send}><fieldset class="stack"><legend>Domains</legend>
      ${found.map((one) => html`<${Check} key=${one.domain} name="domain" value=${one.domain} label=${`${hostName(one.domain)} (${one.why})`} defaultChecked />`)}</fieldset><//>`}</section>`;
}

async function fromCompetitors(siteId) {
  const { items } = await get(`/v1/sites/${siteId}/competitors/gap`, { limit: SHOWN });
  return items.map((one) => ({ domain: one.domain, why: `links to ${many(one.competitor_count, "competitor")}` }));
}

async function fromLosses(siteId) {
  const { items } = await get(`/v1/sites/${siteId}/domains`, { status: "lost", limit: SHOWN, sort: "-links_lost" });
  return items.map((one) => ({ domain: one.domain, why: `${many(one.links_lost, "link")} lost` }));
}

export function Sources({ siteId, done }) {
  return html`<${Paste} siteId=${siteId} done=${done} />
    <${Chosen} siteId=${siteId} title="From your competitors' links" about="Domains that link to competitors and not to you, by the files that you gave in under Competitors." label="Show them" source="competitor" find=${() => fromCompetitors(siteId)} done=${done} />
    <${Chosen} siteId=${siteId} title="From links that you lost" about="Domains that linked to you once: the easier conversation." label="Show those" source="lost_link" find=${() => fromLosses(siteId)} done=${done} />`;
}

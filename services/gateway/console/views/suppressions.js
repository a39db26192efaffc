// Addresses and domains that are never written to; a lifted one stays to be read, with who lifted it and why.
import { useState } from "preact/hooks";
import { post, query, remove } from "../api.js";
import { html, many, moment } from "../html.js";
import { hostName } from "../names.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit, inWorkspace } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";

function Lift({ one, changed }) {
  const send = async (form) => {
    await remove(`/v1/suppressions/${one.suppression_id}${query({ because: form.get("because").trim() })}`);
    await changed();
  };
  return html`<details><summary>Lift it</summary><${Form} label="Lift it" send=${send}><${Field} name="because" label="Why it may be written to again" minlength="3" maxlength="500" required /><//></details>`;
}

function Suppressed({ one, changed }) {
  return html`<article class="card item" aria-label=${hostName(one.value)}><div class="row between"><h2>${hostName(one.value)}</h2><span class="tag">${one.lifted_at ? "lifted" : one.kind === "domain" ? "the whole domain" : "this address"}</span></div>
    <p>${one.reason_words}. <span class="muted">Since ${moment(one.created_at)}, by ${one.created_by}.</span></p>${one.note && html`<p class="small wrap">${one.note}</p>`}
    ${one.lifted_at ? html`<p class="muted">Lifted on ${moment(one.lifted_at)} by ${one.lifted_by}: ${one.lifted_because}</p>` : inWorkspace("editor") && html`<${Lift} one=${one} changed=${changed} />`}</article>`;
}

function Add({ changed }) {
  const send = async (form, element) => {
    const values = form.get("values").split(/[\s,;]+/).filter(Boolean);
    if (values.length === 0) throw new Error("Give at least one address or domain.");
    const { added, already } = await post("/v1/suppressions", { values, ...(form.get("note").trim() && { note: form.get("note").trim() }) });
    element.reset();
    await changed();
    return `${many(added.length, "entry", "entries")} added${already.length > 0 ? `, ${already.length} were there already` : ""}.`;
  };
  return html`<section class="card"><h2>Never write to</h2><${Form} label="Never write to them" send=${send}><${Field} name="values" label="Addresses or domains" as="textarea" hint="One on a line. A domain stands for all addresses of it." required /><${Field} name="note" label="Why" maxlength="1000" /><//></section>`;
}

export function Suppressions({ siteId }) {
  const [turn, setTurn] = useState(0);
  const [lifted, setLifted] = useState(false);
  const changed = () => setTurn((before) => before + 1);
  if (!inWorkspace("viewer")) return html`<h1>Never written to</h1><div class="notice"><p>This list belongs to the whole workspace, and you look after single sites of it.${canEdit(siteId) ? " You may add to it." : ""}</p></div>${canEdit(siteId) && html`<${Add} changed=${changed} />`}`;
  return html`<h1>Never written to</h1><p class="muted">For the whole workspace: who asked not to be written to, or must not be. Look here before you write to somebody.</p>
    <label class="check"><input type="checkbox" checked=${lifted} onChange=${(event) => setLifted(event.target.checked)} /> <span>Show lifted ones, too</span></label>
    <${Paged} what="entries" path="/v1/suppressions" params=${lifted ? { lifted } : {}} size=${50} turn=${turn} empty=${html`<p>Nobody is on it.</p>`}>${(items) => items.map((one) => html`<${Suppressed} key=${one.suppression_id} one=${one} changed=${changed} />`)}<//>
    ${canEdit(siteId) && html`<${Add} changed=${changed} />`}`;
}

// Rules for alerts: each read back as a sentence, tried against the last month before it is kept.
import { useState } from "preact/hooks";
import { get, patch, post, remove } from "../api.js";
import { html, many, moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Confirm } from "../pieces/confirm.js";
import { Form } from "../pieces/form.js";
import { canEdit, inWorkspace, ReadOnly } from "../pieces/rights.js";
import { RuleFields, ruleOf } from "../pieces/rule.js";
import { link } from "../route.js";
import { word } from "../state.js";

const SHOWN = 5;

async function load() {
  // Channels are for owners of the workspace; who may not see them keeps those that a rule has.
  const [kinds, rules, channels] = await Promise.all([get("/v1/alerts/kinds"), get("/v1/alerts/rules", { limit: 100 }), get("/v1/channels", { limit: 100 }).catch(() => ({ items: [] }))]);
  return { kinds: kinds.items, rules: rules.items, channels: channels.items };
}

function Preview({ siteId }) {
  const act = useAct();
  const [found, setFound] = useState();
  const ask = (event) => {
    const form = new FormData(event.currentTarget.form);
    act.run(async () => { setFound(await post("/v1/alerts/rules/previews", ruleOf(form, siteId))); });
  };
  return html`<button type="button" disabled=${act.busy} onClick=${ask}>What would it have raised?</button>
    <div role="status">${found && html`<p>${found.sentence}${found.complete ? "" : " Only some of the changes were looked at."}</p><ul class="plain">${found.examples.slice(0, SHOWN).map((one) => html`<li class="wrap">${moment(one.at)}: ${one.title}</li>`)}</ul>`}</div>
    ${act.problem && html`<${Outcome} act=${act} />`}`;
}

function Edit({ rule, siteId, known, label, send }) {
  const fields = { rule, kinds: known.kinds, channels: known.channels, everywhere: inWorkspace("editor"), here: siteId };
  return html`<${Form} label=${label} send=${send} secondary=${html`<${Preview} siteId=${siteId} />`}><${RuleFields} ...${fields} /><//>`;
}

function Rule({ rule, siteId, known, changed }) {
  const act = useAct();
  const [open, setOpen] = useState(false);
  const path = `/v1/alerts/rules/${rule.id}`;
  const save = async (body) => { await patch(path, body, `W/"${rule.version}"`); await changed(); };
  const may = rule.site_id ? canEdit(rule.site_id) : inWorkspace("editor");
  const toggle = () => act.run(async () => { await save({ enabled: !rule.enabled }); return rule.enabled ? "Switched off." : "Switched on."; });
  return html`<article class="card item" aria-label=${rule.name}><div class="row between"><h2>${rule.name}</h2><span class="row"><span class="tag">${word("alert_severity", rule.severity)}</span><span class=${`tag ${rule.enabled ? "good" : ""}`}>${rule.enabled ? "on" : "off"}</span></span></div>
    <p class="wrap">${rule.sentence}</p>
    ${may && html`<div class="row answers"><button type="button" disabled=${act.busy} onClick=${toggle}>${rule.enabled ? "Switch off" : "Switch on"}</button>
      <${Confirm} label="Remove" title=${`Remove “${rule.name}”?`} yes="Remove it" impact=${async () => html`<p>Nothing is told by it any more. The alerts that it raised stay.</p>`} act=${async () => { await remove(path, `W/"${rule.version}"`); await changed(); }} /></div><${Outcome} act=${act} />
      <details onToggle=${(event) => setOpen(event.currentTarget.open)}><summary>Change it</summary>${open && html`<${Edit} key=${rule.version} rule=${rule} siteId=${rule.site_id ?? siteId} known=${known} label="Save" send=${async (form) => { await save(ruleOf(form, rule.site_id ?? siteId)); }} />`}</details>`}</article>`;
}

export function Rules({ siteId }) {
  const state = useLoad(load, [siteId]);
  const [turn, setTurn] = useState(0);
  const add = async (form) => {
    const rule = await post("/v1/alerts/rules", ruleOf(form, siteId));
    await state.again();
    setTurn((before) => before + 1);
    return `Added. ${rule.sentence}`;
  };
  const shown = (rules) => rules.filter((rule) => !rule.site_id || rule.site_id === siteId).sort((one, other) => one.name.localeCompare(other.name));
  return html`<h1>Rules</h1><p class="muted">What you are told of, and when. In the console every <a href=${link(["sites", siteId, "alerts"])}>alert</a> is shown; channels bring it elsewhere.</p><${ReadOnly} siteId=${siteId} />
    <${Loading} what="rules" state=${state}>${(known) => html`<p>${many(shown(known.rules).length, "rule")} for this site.</p>
      ${shown(known.rules).map((rule) => html`<${Rule} key=${rule.id} rule=${rule} siteId=${siteId} known=${known} changed=${state.again} />`)}
      ${canEdit(siteId) && html`<section class="card"><h2>Add a rule</h2><${Edit} key=${turn} rule=${{}} siteId=${siteId} known=${known} label="Add the rule" send=${add} /></section>`}`}<//>`;
}

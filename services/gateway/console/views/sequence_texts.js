// What each of several texts of a step brought, and whether one may be called the better.
import { get, post } from "../api.js";
import { count, html, many } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Confirm } from "../pieces/confirm.js";
import { canEdit } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";

const HEADS = ["Text", ["Sent", "number"], ["Delivered", "number"], "Answered", "Said yes", "Link is there"];

function TriedStep({ step, item, siteId, changed }) {
  const inUse = step.texts.filter((text) => !text.is_stopped);
  const stop = (text) => async () => { await post(`/v1/sequences/${item.sequence_id}/steps/${step.step_no}/variants/${text.name}/stop`, undefined, `W/"${item.version}"`); await changed(); };
  const rewritten = step.texts.reduce((sum, text) => sum + text.rewritten, 0);
  const rows = step.texts.map((text) => ({ key: text.name, cells: [html`Text ${text.name}${text.is_stopped ? html` <span class="tag">Stopped</span>` : ""}`, count(text.sent), count(text.delivered), text.answered.sentence, text.positive.sentence, text.placed.sentence] }));
  return html`<section aria-label=${`What each text of step ${step.step_no} brought`}><h3>Step ${step.step_no}</h3><${Table} caption=${`Texts of step ${step.step_no}`} heads=${HEADS} rows=${rows} />
    <dl class="facts"><dt>By answers that say yes</dt><dd>${step.by_answers.sentence}</dd><dt>By links that are there</dt><dd>${step.by_links.sentence}</dd></dl>
    ${rewritten > 0 && html`<p class="muted">${many(rewritten, "message was", "messages were")} changed by hand before going out; they count for the text they were made of.</p>`}
    ${canEdit(siteId) && inUse.length > 1 && html`<div class="row">${inUse.map((text) => html`<${Confirm} key=${text.name} label=${`Stop text ${text.name}`} title=${`Stop text ${text.name} of step ${step.step_no}?`} yes="Stop it" act=${stop(text)} impact=${async () => html`<p>Whoever is enrolled from now on gets one of the other texts. Those who are in the sequence already keep theirs.</p>`} />`)}</div>`}</section>`;
}

export function Texts({ item, siteId, turn, changed }) {
  const state = useLoad(() => get(`/v1/sequences/${item.sequence_id}/variants`), [item.sequence_id, item.version_no], turn);
  return html`<section class="card" aria-labelledby="texts"><h2 id="texts">Texts side by side</h2>
    <p class="muted">Who gets which text is drawn once for each person and never changes. Nothing is tracked: an answer counts for the message it answers, a link from when the message went out.</p>
    <${Loading} what="the texts" state=${state}>${({ steps }) => steps.map((step) => html`<${TriedStep} key=${step.step_no} step=${step} item=${item} siteId=${siteId} changed=${changed} />`)}<//></section>`;
}

// How often the score was right, by people's own decisions, and the correction that a person may accept.
import { get, post } from "../api.js";
import { count, html, many, Moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { Confirm } from "../pieces/confirm.js";
import { canEdit } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";
import { word } from "../state.js";

const percent = (share) => (share === null || share === undefined ? "–" : `${Math.round(share * 100)} %`);

function Proposal({ siteId, proposal, again }) {
  if (!proposal || proposal.state === "nothing") return null;
  const answer = (accept) => async () => { await post(`/v1/sites/${siteId}/reviews/calibration/proposal`, { accept }); await again(); };
  const impact = async () => html`<p>${many(proposal.looked, "judged link")} looked at: ${count(proposal.changed)} would change, ${count(proposal.crossed)} into another band.</p>
    ${proposal.moves.length > 0 && html`<ul>${proposal.moves.map((one) => html`<li>${many(one.links, "link")} from “${word("band", one.from_band)}” to “${word("band", one.to_band)}”</li>`)}</ul>`}<p class="muted">Decisions of people stay as they are.</p>`;
  const waits = proposal.state === "proposed";
  return html`<div class="notice"><p>${proposal.sentence}</p>${waits && canEdit(siteId) ? html`<div class="row"><${Confirm} label="Accept the correction" title="Judge by your decisions from now on?" yes="Accept" impact=${impact} act=${answer(true)} />
      <${Confirm} label="Decline" title="Leave the score as it is?" yes="Decline" impact=${async () => html`<p>Nothing changes. When there are more decisions, another correction may be proposed.</p>`} act=${answer(false)} /></div>`
    : proposal.answered_by && html`<p class="muted small">Answered by ${proposal.answered_by}, <${Moment} at=${proposal.answered_at} />.</p>`}</div>`;
}

function rows(part) {
  return part.bands.map((one) => ({ key: one.band, cells: [word("band", one.band) || one.band, count(one.verdicts), count(one.bad), `${percent(one.share)} (${percent(one.low)} to ${percent(one.high)})`, percent(one.expected)] }));
}

export function Calibration({ siteId, turn }) {
  const state = useLoad(() => get(`/v1/sites/${siteId}/reviews/calibration`), [siteId], turn);
  return html`<section class="card"><h2>How often the score was right</h2>
    <${Loading} what="the comparison" state=${state}>${(value) => html`<p>${value.sentence}</p><p class="muted small">${value.layer.sentence}</p><${Proposal} siteId=${siteId} proposal=${value.proposal} again=${state.again} />
      ${value.sample.whole.verdicts > 0 && html`<details><summary>By band, of what was drawn by lot</summary><${Table} caption="Decisions by band" heads=${["Band", ["Decided", "number"], ["Bad", "number"], "Share", ["Said by the score", "number"]]} rows=${rows(value.sample)} /></details>`}`}<//></section>`;
}

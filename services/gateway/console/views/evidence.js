// Evidence of one change: open it as a page, take it as a file, share it by a link that ends.
import { useState } from "preact/hooks";
import { post, remove } from "../api.js";
import { html, moment } from "../html.js";
import { Trouble } from "../load.js";

const WEEK_H = 7 * 24;

export function Evidence({ linkId, id }) {
  const [share, setShare] = useState();
  const [problem, setProblem] = useState();
  const base = `/v1/links/${linkId}/evidence/${id}`;
  const attempt = (work) => async () => {
    setProblem(undefined);
    try { setShare(await work()); } catch (trouble) { setProblem(trouble); }
  };
  const give = attempt(() => post(`${base}/shares`, { hours: WEEK_H }));
  const end = attempt(async () => { await remove(`${base}/shares/${share.id}`); });
  return html`<div class="evidence small">
    <span class="muted">Evidence:</span> <a href=${`${base}/page`} target="_blank" rel="noopener">Open</a> · <a href=${`${base}.warc.gz`} download>Download</a>
    ${share ? html`<div><label>Link to share <input readonly value=${new URL(share.path, window.location.href).href} onFocus=${(event) => event.target.select()} /></label>
      <span class="muted">Works for anybody until ${moment(share.expires_at)}.</span> <button type="button" onClick=${end}>End it</button></div>`
      : html` <button type="button" onClick=${give}>Share</button>`}
    ${problem && html`<${Trouble} problem=${problem} />`}
  </div>`;
}

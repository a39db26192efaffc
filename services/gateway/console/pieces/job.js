// Long work: how far it is, from the live events and, where they do not come, by asking.
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../api.js";
import { count, html } from "../html.js";
import { jobs, word } from "../state.js";
import { useAct, Outcome } from "./act.js";

const ENDED = ["done", "failed", "cancelled"];
const PAUSE_MS = 1500;

export function useJob(id, ended) {
  const [asked, setAsked] = useState();
  const job = asked && ENDED.includes(asked.state) ? asked : jobs.value[id] ?? asked;
  useEffect(() => {
    if (!id) return undefined;
    let timer;
    let over = false;
    async function ask() {
      const answer = await get(`/v1/jobs/${id}`).catch(() => undefined);
      if (over) return;
      if (answer) setAsked(answer);
      if (answer && ENDED.includes(answer.state)) ended?.(answer);
      else timer = setTimeout(ask, PAUSE_MS);
    }
    ask();
    return () => { over = true; clearTimeout(timer); };
  }, [id]);
  return job;
}

export function Job({ id, what, unit = "rows", ended, children }) {
  const job = useJob(id, ended);
  const stop = useAct();
  if (!job) return html`<p role="status" class="muted">${what}: waiting to begin …</p>`;
  const runs = !ENDED.includes(job.state);
  const share = job.total ? { value: Math.min(job.done, job.total), max: job.total } : {};
  return html`<section class="card" aria-label=${what}>
    <div class="row between"><span role="status"><strong>${what}: ${word("job", job.state)}</strong>
      ${job.done > 0 && html` <span class="muted">${count(job.done)}${runs && job.total ? ` of ${count(job.total)}` : ""} ${unit}${runs && job.eta_seconds ? `, about ${count(job.eta_seconds)} s left` : ""}</span>`}</span>
      ${runs && html`<button type="button" onClick=${() => stop.run(() => post(`/v1/jobs/${id}/cancel`, {}))}>Stop</button>`}</div>
    ${runs && html`<progress ...${share} aria-label=${what}></progress>`}
    ${job.detail && html`<p class="fault">${job.detail}</p>`}
    ${stop.problem && html`<${Outcome} act=${stop} />`}
    ${children?.(job)}
  </section>`;
}

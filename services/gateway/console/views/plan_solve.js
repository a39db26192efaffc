// Making a plan: what is decided, what would come of it, and only then the plan.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { html, many } from "../html.js";
import { Outcome, useAct } from "../pieces/act.js";
import { Check, Field, Form } from "../pieces/form.js";
import { Months } from "./plan_months.js";

// `https://acme.example/chairs 3`: what is meant, and how much it counts; without a number, 1.
function weighted(text, name) {
  return text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => {
    const [, what, weight] = line.match(/^(.*?)(?:\s+(\d{1,3}))?$/);
    return { [name]: what, weight: weight ? Number(weight) : 1 };
  });
}

const written = (weights) => Object.entries(weights ?? {}).map(([what, weight]) => `${what} ${weight}`).join("\n");
const numberOr = (form, name, other) => (form.get(name) ? Number(form.get(name)) : other);

function decided(form) {
  return { months: numberOr(form, "months", 6), cap: numberOr(form, "cap", null), growth_limit: 1 + numberOr(form, "growth_limit", 25) / 100, page_cap: numberOr(form, "page_cap", null),
    page_weights: weighted(form.get("page_weights"), "url"), methods: weighted(form.get("methods"), "method"), start_over: form.get("start_over") === "on" };
}

function Tried({ siteId, tried, done }) {
  const act = useAct();
  const make = () => act.run(async () => {
    await post(`/v1/sites/${siteId}/plan/solve`, tried.wish);
    done();
  });
  const { answer } = tried;
  return html`<h3>What would be planned</h3><p>${answer.slots_added ? `${many(answer.slots_added, "slot")} would be added.` : "No slot would be added: enough are given out already."}</p>
    <ul class="plain">${answer.sentences.map((one) => html`<li>${one}</li>`)}</ul><${Months} months=${answer.months} />
    <p><button type="button" class="main" disabled=${act.busy} onClick=${make}>Make this plan</button></p><${Outcome} act=${act} />`;
}

export function Solve({ siteId, plan, done }) {
  const [tried, setTried] = useState();
  const known = plan.settings ?? {};
  const growth = Math.round(((known.growth_limit ?? 1.25) - 1) * 100);
  const send = async (form) => {
    const wish = decided(form);
    setTried({ wish, answer: await post(`/v1/sites/${siteId}/plan/solve?dry_run=true`, wish) });
  };
  const made = () => { setTried(undefined); done(); };
  return html`<section class="card"><h2>${plan.version_no === null ? "Make a plan" : "Make it anew"}</h2><p class="muted">Slots are added for what is missing. Nothing is planned before you have seen it.</p>
    <${Form} label="Show what would be planned" send=${send}><div class="halves">
      <${Field} name="months" label="Months" type="number" min="1" max="24" defaultValue=${known.months ?? 6} />
      <${Field} name="cap" label="Most links a month" type="number" min="1" max="1000" hint="Empty: as many as the pace allows." defaultValue=${known.cap ?? ""} />
      <${Field} name="growth_limit" label="Above your usual month by at most (%)" type="number" min="0" max="100" defaultValue=${growth} />
      <${Field} name="page_cap" label="Most links for one page in a month" type="number" min="1" max="1000" defaultValue=${known.page_cap ?? ""} />
      <${Field} name="page_weights" label="Pages that get links" as="textarea" hint="One address a line, and a number if one counts more than others. Empty: the pages that most domains link to." defaultValue=${written(known.page_weights)} />
      <${Field} name="methods" label="Ways to get them" as="textarea" hint="One a line, such as: guest post 3. Empty: as your links were got so far." defaultValue=${written(known.methods)} /></div>
      ${plan.version_no !== null && html`<${Check} name="start_over" label="Start over: take back the open slots that have no brief" />`}<//>
    ${tried && html`<${Tried} siteId=${siteId} tried=${tried} done=${made} />`}</section>`;
}

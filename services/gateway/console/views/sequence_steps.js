// The steps of a sequence, to be read and changed; those who are in it already keep the steps they began with.
import { useState } from "preact/hooks";
import { patch } from "../api.js";
import { html, many } from "../html.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit } from "../pieces/rights.js";

const MOST = 8;
const when = (step) => (step.step_no === 1 ? "At once" : `${many(step.delay_days, "business day")} later`);

function Step({ step }) {
  return html`<li><h3>${when(step)}${step.thread === "reply" ? ", in the same thread" : ""}</h3>${step.subject && html`<p><b>${step.subject}</b></p>`}<p class="letter">${step.body}</p></li>`;
}

function Fields({ step, at, drop }) {
  const name = (field) => `${field}_${at}`;
  const isFirst = at === 0;
  const [thread, setThread] = useState(step.thread);
  return html`<fieldset class="stack"><legend>Step ${at + 1}</legend>
    ${!isFirst && html`<div class="halves"><${Field} name=${name("delay")} label=${`Business days before step ${at + 1}`} type="number" min="1" max="60" defaultValue=${step.delay_days || 5} />
      <${Field} name=${name("thread")} label=${`Thread of step ${at + 1}`} as="select" onChange=${(event) => setThread(event.target.value)}><option value="reply" selected=${thread === "reply"}>The same thread</option><option value="new" selected=${thread === "new"}>A new thread</option><//></div>`}
    ${(isFirst || thread === "new") && html`<${Field} name=${name("subject")} label=${`Subject of step ${at + 1}`} maxlength="200" defaultValue=${step.subject} />`}
    <${Field} name=${name("body")} label=${`Message of step ${at + 1}`} as="textarea" rows="8" maxlength="10000" defaultValue=${step.body} />
    ${!isFirst && html`<div class="row"><button type="button" onClick=${drop}>Leave step ${at + 1} out</button></div>`}</fieldset>`;
}

function stepOf(form, at) {
  const text = (field) => form.get(`${field}_${at}`) ?? "";
  return { delay_days: Number(text("delay") || 0), thread: at === 0 ? "new" : text("thread"), subject: text("subject"), body: text("body") };
}

function Change({ item, changed }) {
  const [steps, setSteps] = useState(() => item.steps.map((step) => ({ ...step, key: crypto.randomUUID() })));
  const add = () => setSteps([...steps, { key: crypto.randomUUID(), delay_days: 5, thread: "reply", subject: "", body: "" }]);
  const drop = (gone) => setSteps(steps.filter((step) => step !== gone));
  const save = async (form) => {
    await patch(`/v1/sequences/${item.sequence_id}`, { steps: steps.map((_, at) => stepOf(form, at)) }, `W/"${item.version}"`);
    await changed();
    return "Saved. Who is enrolled from now on gets these steps.";
  };
  return html`<details><summary>Change the steps</summary><p class="muted">${'Variables are written as {{firstname}} or {{firstname|fallback:"there"}}; '}What the house fills by itself: name, firstname and role of the reader, domain (theirs), site (yours), sender.</p>
    <${Form} label="Save the steps" send=${save} secondary=${steps.length < MOST && html`<button type="button" onClick=${add}>Add a step</button>`}>${steps.map((step, at) => html`<${Fields} key=${step.key} step=${step} at=${at} drop=${() => drop(step)} />`)}<//></details>`;
}

export function Steps({ item, siteId, changed }) {
  return html`<ol class="plain stack">${item.steps.map((step) => html`<${Step} key=${step.step_no} step=${step} />`)}</ol>${canEdit(siteId) && html`<${Change} item=${item} changed=${changed} />`}`;
}

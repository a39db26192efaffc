// The steps of a sequence, to be read and changed; those who are in it already keep the steps they began with.
import { useState } from "preact/hooks";
import { patch } from "../api.js";
import { html, many } from "../html.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit } from "../pieces/rights.js";

const MOST = 8;
const NAMES = ["A", "B", "C", "D"];
const when = (step) => (step.step_no === 1 ? "At once" : `${many(step.delay_days, "business day")} later`);

// All texts of a step, the first of which is its own.
const textsOf = (step) => [{ name: NAMES[0], weight: step.weight, subject: step.subject, body: step.body }, ...step.variants];

function Text({ text }) {
  return html`${text.subject && html`<p><b>${text.subject}</b></p>`}<p class="letter">${text.body}</p>`;
}

function share(text, texts) {
  if (text.weight === 0) return "Stopped: nobody new gets it";
  return `Goes to ${text.weight} of ${texts.reduce((sum, one) => sum + one.weight, 0)}`;
}

function Step({ step }) {
  const texts = textsOf(step);
  return html`<li><h3>${when(step)}${step.thread === "reply" ? ", in the same thread" : ""}</h3>${texts.length === 1 ? html`<${Text} text=${texts[0]} />` : html`<div class="halves">${texts.map((text) => html`
    <section key=${text.name} class="card" aria-label=${`Text ${text.name} of step ${step.step_no}`}><div class="row between"><h4>Text ${text.name}</h4><span class="tag">${share(text, texts)}</span></div><${Text} text=${text} /></section>`)}</div>`}</li>`;
}

// `at` is the number of the step, `name` is A, B, C or D.
function TextFields({ text, at, name, asksSubject, isAlone, drop }) {
  const field = (what) => `${what}_${at}_${name}`;
  const of = isAlone ? `step ${at + 1}` : `step ${at + 1}, text ${name}`;
  return html`${asksSubject && html`<${Field} name=${field("subject")} label=${`Subject of ${of}`} maxlength="200" defaultValue=${text.subject} />`}
    <${Field} name=${field("body")} label=${`Message of ${of}`} as="textarea" rows="8" maxlength="10000" defaultValue=${text.body} />
    ${!isAlone && html`<${Field} name=${field("weight")} label=${`Weight of ${of}`} type="number" min="0" max="100" defaultValue=${text.weight} hint="How often it is taken, beside the others; 0: nobody new gets it." />`}
    ${drop && html`<div class="row"><button type="button" onClick=${drop}>Leave text ${name} of step ${at + 1} out</button></div>`}`;
}

function Fields({ step, at, drop }) {
  const name = (field) => `${field}_${at}`;
  const [texts, setTexts] = useState(() => textsOf(step).map((text) => ({ ...text, key: crypto.randomUUID() })));
  const add = () => setTexts([...texts, { key: crypto.randomUUID(), weight: 1, subject: "", body: "" }]);
  const isFirst = at === 0;
  const [thread, setThread] = useState(step.thread);
  return html`<fieldset class="stack"><legend>Step ${at + 1}</legend>
    ${!isFirst && html`<div class="halves"><${Field} name=${name("delay")} label=${`Business days before step ${at + 1}`} type="number" min="1" max="60" defaultValue=${step.delay_days || 5} />
      <${Field} name=${name("thread")} label=${`Thread of step ${at + 1}`} as="select" onChange=${(event) => setThread(event.target.value)}><option value="reply" selected=${thread === "reply"}>The same thread</option><option value="new" selected=${thread === "new"}>A new thread</option><//></div>`}
    ${texts.map((text, number) => html`<${TextFields} key=${text.key} text=${text} at=${at} name=${NAMES[number]} asksSubject=${isFirst || thread === "new"} isAlone=${texts.length === 1} drop=${number > 0 && (() => setTexts(texts.filter((one) => one !== text)))} />`)}
    <div class="row">${texts.length < NAMES.length && html`<button type="button" onClick=${add}>Try another text in step ${at + 1}</button>`}${!isFirst && html`<button type="button" onClick=${drop}>Leave step ${at + 1} out</button>`}</div></fieldset>`;
}

function stepOf(form, at) {
  const value = (field, name) => form.get(name ? `${field}_${at}_${name}` : `${field}_${at}`) ?? "";
  const text = (name) => ({ subject: value("subject", name), body: value("body", name), weight: Number(value("weight", name) || 1) });
  const [first, ...variants] = NAMES.filter((name) => form.has(`body_${at}_${name}`)).map(text);
  return { delay_days: Number(value("delay") || 0), thread: at === 0 ? "new" : value("thread"), ...first, variants };
}

function Change({ item, changed }) {
  const [steps, setSteps] = useState(() => item.steps.map((step) => ({ ...step, key: crypto.randomUUID() })));
  const add = () => setSteps([...steps, { key: crypto.randomUUID(), delay_days: 5, thread: "reply", subject: "", body: "", weight: 1, variants: [] }]);
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

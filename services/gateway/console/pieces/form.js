// A form whose faults stand at their fields: what the API answers is shown where it belongs.
import { createContext } from "preact";
import { useContext, useEffect, useId, useRef } from "preact/hooks";
import { html } from "../html.js";
import { useAct } from "./act.js";

const Faults = createContext({});

// `/query/competitor`, `/domains/0/host`: the parts that can be the name of a field.
function names(pointer) {
  return (pointer ?? "").split("/").filter((part) => part && !["query", "path", "body"].includes(part) && !/^\d+$/.test(part));
}

function sort(problem, form) {
  const at = {};
  const loose = [];
  for (const error of problem?.errors ?? []) {
    const name = names(error.pointer).find((part) => form?.elements.namedItem(part));
    if (name) at[name] = at[name] ?? error.detail;
    else loose.push(error.detail);
  }
  return { at, loose };
}

export function Form({ label, send, children, className = "stack", disabled, secondary }) {
  const form = useRef(null);
  const act = useAct();
  const { at, loose } = sort(act.problem, form.current);
  useEffect(() => {
    if (act.problem) (form.current.querySelector("[aria-invalid=true]") ?? form.current.querySelector("[role=alert]"))?.focus();
  }, [act.problem]);
  const submit = (event) => {
    event.preventDefault();
    const element = event.currentTarget;
    act.run(() => send(new FormData(element), element));
  };
  return html`<${Faults.Provider} value=${at}><form ref=${form} class=${className} onSubmit=${submit} novalidate>
    ${act.problem && html`<div class="trouble" role="alert" tabindex="-1"><p>${act.problem.message}</p>
      ${loose.length > 0 && html`<ul>${loose.map((one) => html`<li>${one}</li>`)}</ul>`}</div>`}
    ${children}
    <div class="row"><button class="main" disabled=${act.busy || disabled}>${act.busy ? "Working …" : label}</button>${secondary}</div>
    <p role="status" class="said">${act.said}</p>
  </form><//>`;
}

export function Field({ name, label, hint, as = "input", children, ...rest }) {
  const fault = useContext(Faults)[name];
  const id = useId();
  const about = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ") || undefined;
  const given = { name, id, "aria-describedby": about, "aria-invalid": fault ? "true" : undefined, ...rest };
  const control = as === "select" ? html`<select ...${given}>${children}</select>`
    : as === "textarea" ? html`<textarea rows="3" ...${given}></textarea>` : html`<input ...${given} />`;
  return html`<div class="field"><label for=${given.id}>${label}</label>${control}
    ${hint && html`<span class="muted small" id=${`${id}-hint`}>${hint}</span>`}
    ${fault && html`<span class="fault small" id=${`${id}-fault`}>${fault}</span>`}</div>`;
}

export function Check({ name, label, ...rest }) {
  return html`<label class="check"><input type="checkbox" name=${name} ...${rest} /> <span>${label}</span></label>`;
}

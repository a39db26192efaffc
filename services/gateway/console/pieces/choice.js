// One of several, by name: a select whose label is beside it and not around it.
import { useId } from "preact/hooks";
import { html } from "../html.js";

export function Choice({ label, value, options = [], change, empty, children }) {
  const id = useId();
  return html`<div class="field"><label for=${id}>${label}</label>
    <select id=${id} value=${value ?? ""} onChange=${(event) => change(event.target.value)}>
      ${empty !== undefined && html`<option value="">${empty}</option>`}
      ${options.map(([code, text]) => html`<option value=${code} selected=${code === value}>${text}</option>`)}${children}
    </select></div>`;
}

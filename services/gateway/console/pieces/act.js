// One action of a person: busy while it runs, then what came of it, or the problem.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { Trouble } from "../load.js";

export function useAct() {
  const [state, setState] = useState({ busy: false });
  // `work` may return the sentence to say when it is done.
  async function run(work) {
    setState({ busy: true });
    try {
      const said = await work();
      setState({ busy: false, said: typeof said === "string" ? said : undefined });
      return true;
    } catch (problem) {
      setState({ busy: false, problem });
      return false;
    }
  }
  return { ...state, run };
}

export function Outcome({ act }) {
  return html`<p role="status" class="said">${act.busy ? "Working …" : act.said}</p>
    ${act.problem && html`<${Trouble} problem=${act.problem} />`}`;
}

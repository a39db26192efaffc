// A button that first says what it would do: the dialog shows the impact, and "no" is where the focus is.
import { useId, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { useAct, Outcome } from "./act.js";

// `impact()` may ask the API first; `act()` does it. Escape and Cancel leave everything as it is.
export function Confirm({ label, title, yes, impact, act, disabled, className }) {
  const dialog = useRef(null);
  const id = useId();
  const [shown, setShown] = useState();
  const looking = useAct();
  const doing = useAct();
  async function open() {
    setShown(undefined);
    dialog.current.showModal();
    await looking.run(async () => { setShown(await impact()); });
  }
  async function go() {
    if (await doing.run(act)) dialog.current?.close(); // what was done may have taken the button away
  }
  return html`<button type="button" class=${className} disabled=${disabled} onClick=${open}>${label}</button>
    <dialog ref=${dialog} aria-labelledby=${id}>
      <h2 id=${id}>${title}</h2>
      <div class="impact">${shown}</div>
      <${Outcome} act=${looking.problem || looking.busy ? looking : doing} />
      <div class="row"><button type="button" autofocus onClick=${() => dialog.current.close()}>Cancel</button>
        <button type="button" class="main" disabled=${shown === undefined || doing.busy} onClick=${go}>${yes}</button></div>
    </dialog>`;
}

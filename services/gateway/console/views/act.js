// Where an address from a chat leads: first what would happen, then one press; and saying who in a chat one is.
import { get, post } from "../api.js";
import { html } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { useAct, Outcome } from "../pieces/act.js";
import { me, word } from "../state.js";

export function Act({ id }) {
  const state = useLoad(() => get(`/v1/acts/${id}`), [id]);
  const act = useAct();
  const go = () => act.run(async () => { const { sentence } = await post(`/v1/acts/${id}`); await state.again(); return sentence; });
  return html`<${Loading} what="what this address does" state=${state}>${(one) => html`<section class="card door"><h1>${one.label}</h1>
    <p class="wrap"><strong>${one.title}</strong></p><p class="muted small">Told in “${one.channel}”. <a href=${`#${one.path}`}>Open the alert</a></p>
    ${one.done ? html`<p role="status">${one.done}</p>` : html`<p>${one.will}</p><p class="muted small">You do it as ${me.value.actor}.</p>
      <button type="button" class="main" disabled=${act.busy} onClick=${go}>${one.label}</button><${Outcome} act=${act} />`}</section>`}<//>`;
}

export function Connect({ id }) {
  const state = useLoad(() => get(`/v1/me/chat-codes/${id}`), [id]);
  const act = useAct();
  const go = () => act.run(async () => { await post("/v1/me/chats", { code: id }); return "Done. Go back to the chat and press once more."; });
  return html`<${Loading} what="who asks" state=${state}>${(one) => html`<section class="card door"><h1>Is this you in ${word("channel", one.kind)}?</h1>
    <p class="wrap">${one.sentence}</p>${!act.said && html`<button type="button" class="main" disabled=${act.busy} onClick=${go}>Yes, that is me</button>`}<${Outcome} act=${act} /></section>`}<//>`;
}

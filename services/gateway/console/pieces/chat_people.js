// Who in chats is known as which user, and ending that.
import { useState } from "preact/hooks";
import { remove } from "../api.js";
import { day, html } from "../html.js";
import { word } from "../state.js";
import { Outcome, useAct } from "./act.js";
import { Paged } from "./table.js";

export function ChatPeople({ path, empty, turn }) {
  const act = useAct();
  const [mine, setMine] = useState(0);
  const end = (one) => act.run(async () => { await remove(`${path}/${one.id}`); setMine(mine + 1); return `${one.name} is known no more.`; });
  return html`<${Paged} what="people in chats" path=${path} size=${50} turn=${`${turn} ${mine}`} empty=${html`<p>${empty}</p>`}>${(items) => html`<ul class="plain">${items.map((one) => html`<li key=${one.id} class="row between">
      <span class="wrap">“${one.name}” in ${word("channel", one.kind)} is ${one.email}, since ${day(one.created_at)}.</span>
      <button type="button" disabled=${act.busy} aria-label=${`End it for ${one.name}`} onClick=${() => end(one)}>End it</button></li>`)}</ul>`}<//><${Outcome} act=${act} />`;
}

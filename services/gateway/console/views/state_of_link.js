// How a link's state is shown everywhere: the words of the API, with a shape beside the colour.
import { html } from "../html.js";

export function State({ item }) {
  return html`<span class=${`state ${item.status}`} title=${item.words?.sentence}>${item.words?.label}</span>`;
}

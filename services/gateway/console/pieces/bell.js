// How many alerts nobody took note of yet, on top of every screen.
import { get } from "../api.js";
import { count, html } from "../html.js";
import { useLoad } from "../load.js";
import { link } from "../route.js";
import { live } from "../state.js";
import { seesAnySite } from "./rights.js";

const OPEN = { state: "open", limit: 1, include: "count" };

export function Bell() {
  const { value } = useLoad(async () => (seesAnySite() ? get("/v1/alerts", OPEN) : undefined), [], live.value.turn);
  if (!seesAnySite()) return null;
  return html`<a class="bell" href=${link(["alerts"])}><svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><path d="M12 3a6 6 0 0 0-6 6v5l-2 3h16l-2-3V9a6 6 0 0 0-6-6zm-2 16a2 2 0 0 0 4 0z" fill="currentColor" /></svg> Alerts${value?.count > 0 && html` <b>${count(value.count)}<span class="hidden"> open</span></b>`}</a>`;
}

// Filters under a name: one's own and those that others shared; the address is the view, so all can be sent on.
import { get, post, remove } from "../api.js";
import { html } from "../html.js";
import { Trouble, useLoad } from "../load.js";
import { go, link } from "../route.js";
import { Confirm } from "./confirm.js";
import { Check, Field, Form } from "./form.js";
import { canEdit } from "./rights.js";

const SIZE = 500;

function kept({ cursor, ...filters }) {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ""));
}

const text = (filters) => JSON.stringify(Object.entries(kept(filters)).sort());

function Save({ siteId, filters, saved }) {
  const send = async (given) => {
    await post("/v1/views", { site_id: siteId, name: given.get("name"), filters: kept(filters), shared: given.get("shared") === "on" });
    saved();
  };
  return html`<details><summary>Save this view</summary>
    <${Form} label="Save" send=${send}><${Field} name="name" label="Name" required maxlength="200" autocomplete="off" />
      ${canEdit(siteId) && html`<${Check} name="shared" label="For everybody who sees this site" />`}<//></details>`;
}

function Forget({ view, siteId, removed }) {
  const act = async () => {
    await remove(`/v1/views/${view.id}`);
    removed();
    go(["sites", siteId, "links"], {});
  };
  const impact = () => html`<p>“${view.name}” goes from the list${view.shared ? " of everybody who sees this site" : ""}. The links stay as they are.</p>`;
  return html`<${Confirm} label="Remove this view" title="Remove the view?" yes="Remove it" impact=${impact} act=${act} />`;
}

export function Views({ siteId, filters }) {
  const { value, problem, again } = useLoad(() => get("/v1/views", { site_id: siteId, limit: SIZE }), [siteId]);
  const views = value?.items ?? [];
  const shown = views.find((view) => text(view.filters) === text(filters));
  return html`${problem && html`<${Trouble} problem=${problem} again=${again} />`}
    ${views.length > 0 && html`<ul class="chips" aria-label="Saved views">${views.map((view) => html`
      <li key=${view.id}><a href=${link(["sites", siteId, "links"], view.filters)} aria-current=${view === shown ? "true" : undefined}>${view.name}</a></li>`)}</ul>`}
    ${Object.keys(kept(filters)).length > 0 && html`<div class="controls">
      ${!shown && html`<${Save} key=${text(filters)} siteId=${siteId} filters=${filters} saved=${again} />`}
      ${shown?.may_change && html`<${Forget} view=${shown} siteId=${siteId} removed=${again} />`}</div>`}`;
}

// What the person may do on a site: controls that would be refused are not shown.
import { html } from "../html.js";
import { me } from "../state.js";

const RANK = { client: 1, viewer: 2, editor: 3, owner: 4 };

function rank(siteId) {
  const whole = RANK[me.value?.workspace_role] ?? 0;
  return Math.max(whole, RANK[me.value?.sites?.[siteId]] ?? 0);
}

export const canEdit = (siteId) => rank(siteId) >= RANK.editor;
export const isOwner = (siteId) => rank(siteId) >= RANK.owner;
export const canSee = (siteId) => rank(siteId) >= RANK.viewer;
export const rolesOn = (siteId) => Object.keys(RANK).filter((role) => RANK[role] <= rank(siteId));
export const inWorkspace = (role) => (RANK[me.value?.workspace_role] ?? 0) >= RANK[role];
export const seesAnySite = () => inWorkspace("viewer") || Object.keys(me.value?.sites ?? {}).some(canSee);

export function ReadOnly({ siteId }) {
  return canEdit(siteId) ? null : html`<p class="muted small">You may look at this site. To change something, ask its owner for the role of an editor.</p>`;
}

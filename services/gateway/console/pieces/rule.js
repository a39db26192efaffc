// The fields of a rule for alerts, and what they say to the API.
import { html } from "../html.js";
import { choices, saying, word } from "../state.js";
import { Check, Field } from "./form.js";

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const GROUPS = [["domain", "Links of one domain as one"], ["link", "Each link by itself"], ["site", "Everything of the site as one"]];
const DIGESTS = [["none", "At once"], ["hourly", "Every full hour"], ["daily", "Once a day"], ["weekly", "Once a week"]];
const WHY = ["nofollow_added", "sponsored_added", "ugc_added", "page_nofollow_meta", "page_nofollow_header", "noindex_meta", "noindex_header", "not_canonical", "anchor_changed", "anchor_empty",
  "target_changed", "page_redirected", "link_hidden_css", "moved_on_page"];
export const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
export const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone")];

export function ruleOf(form, siteId) {
  const number = (name) => Number(form.get(name));
  const [from, to] = [form.get("from"), form.get("to")];
  return { name: form.get("name").trim(), kinds: form.getAll("kinds"), reasons: form.getAll("reasons"), site_id: form.get("where") === "workspace" ? null : siteId,
    least_value: number("least_value"), least_count: number("least_count"), severity: form.get("severity"), group_by: form.get("group_by"), window_hours: number("window_hours"),
    digest: form.get("digest"), digest_hour: number("digest_hour"), digest_weekday: number("digest_weekday"), quiet_hours: from || to ? { from, to } : null,
    time_zone: form.get("time_zone").trim(), channel_ids: form.getAll("channel_ids") };
}

function options(list, chosen) {
  return list.map(([code, text]) => html`<option value=${code} selected=${code === chosen}>${text}</option>`);
}

export function ChannelBoxes({ channels, chosen, legend = "Where it is told, besides the console" }) {
  const gone = chosen.filter((id) => !channels.some((one) => one.id === id));
  return html`<fieldset><legend>${legend}</legend>
    ${channels.length + gone.length === 0 && html`<p class="muted small">There are no channels yet. Owners of the workspace set them up.</p>`}
    ${channels.map((one) => html`<${Check} name="channel_ids" value=${one.id} defaultChecked=${chosen.includes(one.id)} label=${one.name} />`)}
    ${gone.map((id) => html`<${Check} name="channel_ids" value=${id} defaultChecked label="A channel that you do not see" />`)}</fieldset>`;
}

export function RuleFields({ rule, kinds, channels, everywhere, here }) {
  const quiet = rule.quiet_hours ?? {};
  const where = [here && ["site", "This site"], everywhere && ["workspace", "All sites of the workspace"]].filter(Boolean);
  return html`<${Field} name="name" label="Name" maxlength="100" defaultValue=${rule.name ?? ""} required />
    <fieldset><legend>When</legend>${kinds.map((one) => html`<${Check} name="kinds" value=${one.kind} defaultChecked=${rule.kinds?.includes(one.kind)} label=${`${one.when[0].toUpperCase()}${one.when.slice(1)}`} />`)}</fieldset>
    <details><summary>Only some changes of links</summary><fieldset><legend>None chosen: every change</legend>${WHY.map((code) => html`<${Check} name="reasons" value=${code} defaultChecked=${rule.reasons?.includes(code)} label=${word("reason", code)} />`)}</fieldset></details>
    <div class="halves"><${Field} name="where" label="On" as="select">${options(where, rule.id && !rule.site_id ? "workspace" : "site")}<//>
      <${Field} name="severity" label="How much it matters" as="select">${options(choices("alert_severity").map(([code, text]) => [code, `${text}: ${saying("alert_severity", code)}`]), rule.severity ?? "warning")}<//>
      <${Field} name="least_value" label="Of links worth at least" type="number" min="0" step="any" hint="1 is a followed link in the text of an ordinary page." defaultValue=${rule.least_value ?? 0} />
      <${Field} name="least_count" label="From so many links on" type="number" min="1" max="1000" defaultValue=${rule.least_count ?? 1} />
      <${Field} name="group_by" label="Told together" as="select">${options(GROUPS, rule.group_by ?? "domain")}<//>
      <${Field} name="window_hours" label="The same is told once in so many hours" type="number" min="1" max="720" defaultValue=${rule.window_hours ?? 24} />
      <${Field} name="digest" label="How often" as="select">${options(DIGESTS, rule.digest ?? "none")}<//>
      <${Field} name="digest_hour" label="Hour of a daily or weekly digest" type="number" min="0" max="23" defaultValue=${rule.digest_hour ?? 8} />
      <${Field} name="digest_weekday" label="Day of a weekly digest" as="select">${options(WEEKDAYS.map((day, at) => [String(at), day]), String(rule.digest_weekday ?? 0))}<//>
      <${Field} name="from" label="Quiet from" type="time" defaultValue=${quiet.from ?? ""} /><${Field} name="to" label="Quiet until" type="time" defaultValue=${quiet.to ?? ""} />
      <${Field} name="time_zone" label="Time zone" as="select">${options([...new Set([rule.time_zone ?? HERE, ...ZONES])].map((zone) => [zone, zone]), rule.time_zone ?? HERE)}<//></div>
    <${ChannelBoxes} channels=${channels} chosen=${rule.channel_ids ?? []} />`;
}

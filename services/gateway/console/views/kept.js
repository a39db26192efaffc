// What people add to links: tags, whose work it is, a note, silence for a while, and a state set by hand.
import { useRef } from "preact/hooks";
import { patch } from "../api.js";
import { day, html, many } from "../html.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Confirm } from "../pieces/confirm.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit } from "../pieces/rights.js";
import { link } from "../route.js";
import { choices, word } from "../state.js";

// By hand a link is set to what a look could have said; "not checked yet" and "couldn't look" are no verdicts.
const BY_HAND = ["live", "changed", "lost", "not_found"];

const listed = (text) => text.split(",").map((tag) => tag.trim()).filter(Boolean);
// `2026-12-24` as the form has it is the beginning of that day here; the API wants the moment.
const moment = (date) => new Date(`${date}T00:00`).toISOString();
const dateOf = (at) => (at ? new Date(new Date(at) - new Date(at).getTimezoneOffset() * 60000).toISOString().slice(0, 10) : "");
const tomorrow = () => dateOf(Date.now() + 86_400_000);

export function Tags({ item }) {
  if (!item.tags.length) return null;
  return html`<span class="tags">${item.tags.map((tag) => html`<a key=${tag} href=${link(["sites", item.site_id, "links"], { tag })}>${tag}</a> `)}</span>`;
}

function changed(given, item) {
  const silent = given.get("snooze_until");
  return {
    tags: listed(given.get("tags")), owner: given.get("owner").trim(), note: given.get("note").trim(),
    ...(silent === dateOf(item.snoozed_until) ? {} : { snooze_until: silent ? moment(silent) : null }),
  };
}

function Edit({ item, etag, again }) {
  const send = async (given) => {
    await patch(`/v1/links/${item.id}`, changed(given, item), etag);
    again();
    return "Kept.";
  };
  return html`<${Form} key=${item.version} label="Keep" send=${send}>
    <${Field} name="tags" label="Tags" hint="With commas between." defaultValue=${item.tags.join(", ")} autocomplete="off" />
    <${Field} name="owner" label="Whose work it is" defaultValue=${item.owner ?? ""} maxlength="200" autocomplete="off" />
    <${Field} name="note" as="textarea" label="Note" defaultValue=${item.note ?? ""} maxlength="10000" />
    <${Field} name="snooze_until" type="date" label="No alerts until" hint="It is looked at all the same." min=${tomorrow()} defaultValue=${dateOf(item.snoozed_until)} /><//>`;
}

function ByHand({ item, etag, again }) {
  const act = useAct();
  const send = async (given) => {
    await patch(`/v1/links/${item.id}`, { override: { status: given.get("status"), reason: given.get("reason") } }, etag);
    again();
  };
  const takeBack = () => act.run(async () => {
    await patch(`/v1/links/${item.id}`, { override: { status: null } }, etag);
    again();
  });
  if (item.override) {
    return html`<p>Set by hand to “${word("status", item.override)}”: ${item.override_reason} Looks go on, but do not change it.</p>
      <button type="button" onClick=${takeBack}>Go by what is seen again</button><${Outcome} act=${act} />`;
  }
  return html`<details><summary>Set the state by hand</summary><p class="muted">For what no look can see. It stays until somebody takes it back, and is shown as set by hand.</p>
    <${Form} label="Set it" send=${send}>
      <${Field} name="status" as="select" label="State to set">${choices("status").filter(([code]) => BY_HAND.includes(code)).map(([code, text]) => html`<option value=${code}>${text}</option>`)}<//>
      <${Field} name="reason" label="Why" maxlength="1000" required autocomplete="off" /><//></details>`;
}

function Read({ item }) {
  const rows = [["Tags", item.tags.length > 0 && html`<${Tags} item=${item} />`], ["Whose work it is", item.owner], ["No alerts until", day(item.snoozed_until)],
    ["Set by hand", item.override && `“${word("status", item.override)}”: ${item.override_reason}`]].filter(([, value]) => value);
  if (rows.length === 0) return null;
  return html`<section class="card"><h2>Kept with it</h2><dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>`;
}

export function Kept({ item, etag, again }) {
  if (!canEdit(item.site_id)) return html`<${Read} item=${item} />`;
  return html`<section class="card"><h2>Kept with it</h2><${Edit} item=${item} etag=${etag} again=${again} /><${ByHand} item=${item} etag=${etag} again=${again} /></section>`;
}

// The same for all links that match, after saying how many those are.
function wanted(given) {
  const [add, remove, owner, silent] = ["add_tags", "remove_tags", "owner", "snooze_until"].map((name) => given.get(name).trim());
  return {
    ...(add && { add_tags: listed(add) }), ...(remove && { remove_tags: listed(remove) }),
    ...(owner && { owner }), ...(silent && { snooze_until: moment(silent) }),
  };
}

export function KeepWithAll({ path, again }) {
  const form = useRef(null);
  const given = () => wanted(new FormData(form.current));
  const impact = async () => {
    const trial = await patch(path({ dry_run: true }), given());
    return html`<p>${many(trial.matched, "link")} would be changed${trial.matched > trial.sample.length ? ", among them" : ""}:</p>
      <ul>${trial.sample.map((one) => html`<li class="wrap">${one.referring_url}</li>`)}</ul>`;
  };
  const act = async () => {
    await patch(path({}), given());
    form.current.reset();
    again();
  };
  return html`<details><summary>Tag, assign or silence these</summary>
    <form ref=${form} class="stack" onSubmit=${(event) => event.preventDefault()}>
      <${Field} name="add_tags" label="Add tags" hint="With commas between." autocomplete="off" /><${Field} name="remove_tags" label="Remove tags" autocomplete="off" />
      <${Field} name="owner" label="Whose work they are" maxlength="200" autocomplete="off" /><${Field} name="snooze_until" type="date" label="No alerts until" min=${tomorrow()} />
      <div class="row"><${Confirm} label="Change these links" title="Change all links that match?" yes="Change them" impact=${impact} act=${act} /></div>
    </form></details>`;
}

// Webhooks: receivers that are told what happens; a secret is shown once, and what was not taken stays in sight.
import { useState } from "preact/hooks";
import { patch, post, query, remove } from "../api.js";
import { count, html, many, moment } from "../html.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Confirm } from "../pieces/confirm.js";
import { CopyText } from "../pieces/copy.js";
import { Check, Field, Form } from "../pieces/form.js";
import { inWorkspace } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";
import { choices, saying, word } from "../state.js";

function Secret({ made }) {
  return html`<div class="notice"><${CopyText} label=${`The secret of “${made.name}”`} text=${made.secret} rows=${2} />
    <p>It is shown only now. The receiver checks with it that a message is from here (Standard Webhooks).</p></div>`;
}

function Add({ siteId, done }) {
  const [made, setMade] = useState();
  const send = async (form, element) => {
    const here = form.get("where") === "site" ? { site_ids: [siteId] } : {};
    setMade(await post("/v1/webhooks", { name: form.get("name").trim(), url: form.get("url").trim(), types: form.getAll("types"), ...here }));
    element.reset();
    done();
    return "Added. It is told whatever happens from now on.";
  };
  return html`<section class="card"><h2>Add a receiver</h2>
    <${Form} label="Add it" send=${send}><${Field} name="name" label="What it is for" maxlength="200" required />
      <${Field} name="url" label="Address" type="url" hint="Messages are sent there by POST, over https:, to public addresses only." required />
      <${Field} name="where" label="Of" as="select"><option value="site">This site</option><option value="workspace">All sites of the workspace</option><//>
      <fieldset><legend>What it is told (none chosen: everything)</legend>${choices("event").map(([code, text]) => html`<${Check} name="types" value=${code} label=${`${text}: ${saying("event", code)}`} />`)}</fieldset><//>
    ${made && html`<${Secret} made=${made} />`}</section>`;
}

const HEADS = ["What happened", "State", ["Attempts", "number"], "Last", "Next"];

function Messages({ one, turn }) {
  return html`<${Paged} what="messages" path=${`/v1/webhooks/${one.id}/deliveries`} size=${20} turn=${turn} empty=${html`<p>No message yet.</p>`}>${(items) => html`<${Table} caption=${`Messages to ${one.name}`} heads=${HEADS}
    rows=${items.map((sent) => ({ key: sent.event_id, cells: [word("event", sent.type), word("delivery", sent.state), count(sent.attempts),
      html`<span class="wrap">${sent.last_at ? `${moment(sent.last_at)}: ` : ""}${sent.sentence}</span>`, sent.next_at ? moment(sent.next_at) : "–"] }))} />`}<//>`;
}

function Replay({ one, news }) {
  const send = async (form) => {
    const from = new Date(form.get("from"));
    if (Number.isNaN(from.getTime())) throw new Error("Give the day from which on everything is sent again.");
    const answer = await post(`/v1/webhooks/${one.id}/replay${query({ from: from.toISOString() })}`);
    news();
    return answer.more ? `${answer.sentence} There is more after ${moment(answer.next_from)}: send again from then on.` : answer.sentence;
  };
  return html`<${Form} label="Send again" className="row" send=${send}><${Field} name="from" label=${`Since, for ${one.name}`} type="date" required /><//>`;
}

function Receiver({ one, news }) {
  const act = useAct();
  const [made, setMade] = useState();
  const [open, setOpen] = useState(false);
  const [turn, setTurn] = useState(0);
  const test = () => act.run(async () => (await post(`/v1/webhooks/${one.id}/tests`)).sentence);
  const change = (body, said) => act.run(async () => { await patch(`/v1/webhooks/${one.id}`, body, `W/"${one.version}"`); news(); return said; });
  const told = one.types.length === 0 ? "everything" : one.types.map((code) => word("event", code)).join(", ");
  return html`<article class="card item" aria-label=${one.name}><div class="row between"><h2 class="wrap">${one.name}</h2><span class=${`tag ${!one.active ? "" : one.failing_since ? "warn" : "good"}`}>${one.active ? (one.failing_since ? "takes nothing" : "works") : "switched off"}</span></div>
    <p class="wrap">${one.url}</p><p>${one.sentence} <span class="muted">${many(one.waiting, "message")} waiting.</span></p>
    <p class="muted small">Told of ${told}; ${one.site_ids ? many(one.site_ids.length, "site") : "all sites"}.${one.delivered_at ? ` Last taken ${moment(one.delivered_at)}.` : ""}</p>
    <div class="row"><button type="button" onClick=${test}>Send a test</button>
      <button type="button" onClick=${() => change({ active: !one.active }, one.active ? "Switched off. What happens is kept for 30 days." : "Switched on: what was missed is sent now.")}>${one.active ? "Switch off" : "Switch on"}</button>
      <${Confirm} label="New secret" title=${`A new secret for “${one.name}”?`} yes="Make it" impact=${async () => html`<p>For 24 hours messages carry a signature of the old secret and of the new one, so that none is refused.</p>`} act=${async () => { setMade(await post(`/v1/webhooks/${one.id}/secret`)); news(); }} />
      <${Confirm} label="Remove" title=${`Remove “${one.name}”?`} yes="Remove it" impact=${async () => html`<p>It is told nothing more; ${many(one.waiting, "message")} that wait for it go, too.</p>`} act=${async () => { await remove(`/v1/webhooks/${one.id}`); news(); }} /></div>
    <${Outcome} act=${act} />${made && html`<${Secret} made=${made} />`}
    <details onToggle=${(event) => setOpen(event.currentTarget.open)}><summary>Messages</summary>${open && html`<${Messages} one=${one} turn=${turn} />${one.active && html`<${Replay} one=${one} news=${() => setTurn((before) => before + 1)} />`}`}</details></article>`;
}

export function Webhooks({ siteId }) {
  const [turn, setTurn] = useState(0);
  const news = () => setTurn((before) => before + 1);
  if (!inWorkspace("owner")) return html`<h1>Webhooks</h1><p class="muted">Owners of the workspace say who is told what happens.</p>`;
  return html`<h1>Webhooks</h1><p class="muted">Your own programs are told what happens within a second, each message signed, and again for three days when they do not answer. <a href="/docs">The API</a> has the same.</p>
    <${Paged} what="receivers" path="/v1/webhooks" size=${50} turn=${turn} empty=${html`<p>Nobody is told yet.</p>`}>${(items) => items.map((one) => html`<${Receiver} key=${one.id} one=${one} news=${news} />`)}<//>
    <${Add} siteId=${siteId} done=${news} />`;
}

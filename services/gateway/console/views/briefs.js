// Briefs: what a writer needs for one text. Here they are listed; each has a page of its own that prints well.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { html, shortUrl } from "../html.js";
import { hostName } from "../names.js";
import { Choice } from "../pieces/choice.js";
import { Check, Field, Form } from "../pieces/form.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged, Table } from "../pieces/table.js";
import { go, link } from "../route.js";
import { choices, live } from "../state.js";
import { OneBrief } from "./brief.js";

function All({ siteId, state, turn }) {
  return html`<${Paged} what="briefs" path="/v1/briefs" params=${{ site_id: siteId, state }} size=${50} turn=${`${turn} ${live.value.turn}`}
    empty=${state ? html`<p>None is like that.</p>` : html`<p>There is none yet. <a href=${link(["sites", siteId, "plan"])}>Open the plan</a> and write one for an open slot.</p>`}>${(items) => html`
    <${Table} caption="Briefs" heads=${["Brief", "For", "Page", "Says", "State"]} rows=${items.map((one) => ({ key: one.brief_id, cells: [html`<a class="wrap" href=${link(["sites", siteId, "briefs"], { brief: one.brief_id })}>${one.title}</a>`,
      one.referring_domain ? hostName(one.referring_domain) : "not known yet", html`<span class="wrap">${shortUrl(one.target_url)}</span>`, html`<span class="wrap">${one.anchor_text ?? "–"}</span>`, one.state_words] }))} />`}<//>`;
}

function Add({ siteId }) {
  const send = async (form) => {
    const text = (name) => form.get(name).trim() || undefined;
    const made = await post("/v1/briefs", { site_id: siteId, referring_domain: text("referring_domain"), target_url: text("target_url"), paid: form.get("paid") === "on" });
    go(["sites", siteId, "briefs"], { brief: made.brief_id });
  };
  return html`<section class="card"><h2>Write one</h2><p class="muted">It takes the earliest open slot of the plan that has none; without a plan, what the anchors of the site need most.</p>
    <${Form} label="Write it" send=${send}><div class="halves"><${Field} name="referring_domain" label="Site that carries the link" hint="Empty while it is not known." /><${Field} name="target_url" label="Your page" hint="Empty: the one that is owed the next link." /></div>
      <${Check} name="paid" label="The link is paid for" /><//></section>`;
}

export function Briefs({ siteId, filters }) {
  const [turn, setTurn] = useState(0);
  const { brief, state = "" } = filters;
  if (brief) return html`<${OneBrief} key=${brief} siteId=${siteId} id=${brief} removed=${() => { setTurn(turn + 1); go(["sites", siteId, "briefs"], {}); }} />`;
  return html`<h1>Briefs</h1><p class="muted">What writers need for the texts that carry links. Each is read and approved before it goes out.</p><${ReadOnly} siteId=${siteId} />
    <div class="row controls"><${Choice} label="Show" value=${state} empty="All" options=${choices("brief")} change=${(chosen) => go(["sites", siteId, "briefs"], { state: chosen })} /></div>
    <${All} siteId=${siteId} state=${state} turn=${turn} />
    ${canEdit(siteId) && html`<${Add} siteId=${siteId} />`}`;
}

// Vendors: who sells or gives links, what was ordered of them, and how much of it stayed as agreed.
import { useState } from "preact/hooks";
import { patch, post } from "../api.js";
import { count, html, many, safe } from "../html.js";
import { Field, Form } from "../pieces/form.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";
import { link } from "../route.js";

const percent = (share) => `${Math.round(share * 100)} %`;

function given(form) {
  return Object.fromEntries(["name", "url", "contact", "note"].map((name) => [name, form.get(name).trim() || (name === "name" ? "" : null)]));
}

function Fields({ item = {} }) {
  return html`<div class="halves"><${Field} name="name" label="Name" maxlength="200" required defaultValue=${item.name ?? ""} /><${Field} name="url" label="Web address" defaultValue=${item.url ?? ""} />
    <${Field} name="contact" label="Contact" hint="Person, mail, phone." maxlength="500" defaultValue=${item.contact ?? ""} /><${Field} name="note" label="Note" as="textarea" maxlength="5000" defaultValue=${item.note ?? ""} /></div>`;
}

function kept(item) {
  const shares = [
    item.as_agreed_share !== null && `${percent(item.as_agreed_share)} of the links that were seen are as agreed`,
    item.alive_after_90_days !== null && `${percent(item.alive_after_90_days)} were there after 90 days`,
    item.alive_after_365_days !== null && `${percent(item.alive_after_365_days)} after a year`,
  ].filter(Boolean);
  return shares.length > 0 ? `${shares.join(", ")}.` : "No link of theirs was seen yet, so nothing can be said of how they keep their word.";
}

function Vendor({ item, siteId, changed }) {
  const save = async (form) => {
    await patch(`/v1/vendors/${item.vendor_id}`, given(form), `W/"${item.version}"`);
    await changed();
    return "Saved.";
  };
  return html`<article class="card item" aria-label=${item.name}><div class="row between"><h2>${safe(item.url) ? html`<a href=${item.url} target="_blank" rel="noreferrer noopener nofollow">${item.name}</a>` : item.name}</h2>
      <a href=${link(["sites", siteId, "placements"], { vendor: item.vendor_id })}>${many(item.orders, "placement")}</a></div>
    <ul class="figures"><li><b>${count(item.live)}</b>live as agreed</li><li><b>${count(item.mismatched)}</b>not as agreed</li><li><b>${count(item.lost)}</b>gone</li><li><b>${count(item.promised)}</b>promised</li><li><b>${count(item.overdue)}</b>overdue</li>
      ${[["spend", "agreed"], ["paid", "paid"], ["owed", "to be paid"]].map(([name, said]) => item[name].map((one) => html`<li><b>${one.amount} ${one.currency}</b>${said}</li>`))}</ul>
    ${item.owed.length > 0 && html`<p><a href=${link(["sites", siteId, "owed"], { vendor: item.vendor_id })}>See what is owed here</a>${item.overdue_payments > 0 && html` <span class="tag bad">${many(item.overdue_payments, "payment")} overdue</span>`}</p>`}
    <p class="muted">${kept(item)}</p>${item.contact && html`<p class="small wrap">Contact: ${item.contact}</p>`}${item.note && html`<p class="small wrap">${item.note}</p>`}
    ${canEdit(siteId) && html`<details><summary>Change</summary><${Form} label="Save" send=${save}><${Fields} item=${item} /><//></details>`}</article>`;
}

function Add({ done }) {
  const send = async (form, element) => {
    await post("/v1/vendors", given(form));
    element.reset();
    await done();
    return "Written down.";
  };
  return html`<section class="card"><h2>Write a vendor down</h2><${Form} label="Write it down" send=${send}><${Fields} /><//></section>`;
}

export function Vendors({ siteId }) {
  const [turn, setTurn] = useState(0);
  const changed = () => setTurn((before) => before + 1);
  return html`<h1>Vendors</h1><p class="muted">Of the whole workspace, with what became of their placements on the sites that you may see.</p><${ReadOnly} siteId=${siteId} />
    <${Paged} what="vendors" path="/v1/vendors" size=${20} turn=${turn} empty=${html`<p>None yet. They come by themselves with a pasted table that names them, or you write one down.</p>`}>${(items) => items.map((item) => html`
      <${Vendor} key=${`${item.vendor_id} ${item.version}`} item=${item} siteId=${siteId} changed=${changed} />`)}<//>
    ${canEdit(siteId) && html`<${Add} done=${changed} />`}`;
}

// Offers of a site: what is asked and proposed, until a person decides.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { Choice } from "../pieces/choice.js";
import { Field } from "../pieces/form.js";
import { Add, Offer } from "../pieces/offers.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { Paged } from "../pieces/table.js";

const STATES = [["open", "Open"], ["expired", "Expired"], ["accepted", "Accepted"], ["declined", "Declined"]];

export function Offers({ siteId }) {
  const [state, setState] = useState("");
  const [turn, setTurn] = useState(0);
  const changed = () => setTurn((before) => before + 1);
  return html`<h1>Offers</h1><p class="muted">What is asked for a link, or what you propose. Amounts that answers name stand beside the conversation in the inbox. An offer is only ever accepted by a person.</p><${ReadOnly} siteId=${siteId} />
    <div class="row controls"><${Choice} label="Show" value=${state} options=${STATES} empty="All" change=${setState} /></div>
    <${Paged} what="offers" path="/v1/offers" params=${{ site_id: siteId, state }} size=${20} turn=${turn} empty=${html`<p>No offer is like that.</p>`}>${(items) => items.map((one) => html`<${Offer} key=${`${one.offer_id} ${one.version}`} item=${one} changed=${changed} />`)}<//>
    ${canEdit(siteId) && html`<${Add} place=${{ site_id: siteId }} changed=${changed}><${Field} name="referring_domain" label="Domain that would carry the link" required /><//>`}`;
}

// Enrol prospects in a sequence: choose them, give what the texts need, see who would be written to, then do it.
import { useRef, useState } from "preact/hooks";
import { post } from "../api.js";
import { html, many } from "../html.js";
import { hostName } from "../names.js";
import { Confirm } from "../pieces/confirm.js";
import { Paged } from "../pieces/table.js";
import { link } from "../route.js";
import { Values, valuesOf } from "./sequence_parts.js";

// Who is in conversation, or was turned down, would be refused: they are not offered.
const OFFERED = "discovered,qualified,contacted,unresponsive,placed";

function Prospect({ one, isChosen, choose }) {
  const note = one.do_not_contact ?? (one.contacts === 0 ? "no contact known" : `${many(one.contacts, "contact")}, ${one.words.label.toLowerCase()}`);
  return html`<label class="check"><input type="checkbox" checked=${isChosen} onChange=${(event) => choose(event.target.checked)} /> <span>${hostName(one.domain)} <span class="muted small">${note}</span></span></label>`;
}

// What is said of the days between the steps, once for all whom it is true of.
function Holidays({ accepted }) {
  const said = [...new Set(accepted.map((one) => one.calendar))].map((text) => [text, accepted.filter((one) => one.calendar === text)]);
  return said.map(([text, people]) => html`<p class="muted" key=${text}>${said.length > 1 && `${people.map((one) => hostName(one.domain)).join(", ")}: `}${text} ${people[0].left_out.join(" ")}</p>`);
}

function Outcome({ tried, rows }) {
  return html`<p>${tried.accepted.length === 0 ? "Nobody can be written to." : `${many(tried.accepted.length, "person", "people")} would be enrolled: ${tried.accepted.map((one) => one.email).join(", ")}. Each message still waits for your approval.`}</p><${Holidays} accepted=${tried.accepted} />
    ${tried.refused.length > 0 && html`<p>Not enrolled:</p><ul>${tried.refused.map((one) => html`<li key=${one.row}><b>${hostName(one.domain ?? rows[one.row].domain)}</b> ${one.sentence}</li>`)}</ul>`}`;
}

export function Enrol({ item, siteId, done }) {
  const [chosen, setChosen] = useState([]);
  const [said, setSaid] = useState("");
  const form = useRef(null);
  const choose = (one) => (yes) => setChosen(yes ? [...chosen, one] : chosen.filter((other) => other.prospect_id !== one.prospect_id));
  const path = `/v1/sequences/${item.sequence_id}/enrollments`;
  const asked = () => {
    const given = new FormData(form.current);
    const rows = chosen.map((one) => ({ prospect_id: one.prospect_id, variables: valuesOf(given, item.variables, `${one.prospect_id} `) }));
    return { rows, variables: valuesOf(given, item.variables, "all ") };
  };
  const impact = async () => html`<${Outcome} tried=${await post(`${path}?dry_run=true`, asked())} rows=${chosen} />`;
  const act = async () => {
    const { accepted } = await post(path, asked());
    setChosen([]);
    setSaid(`${many(accepted.length, "person", "people")} enrolled. The first messages come up for approval in a moment.`);
    await done();
  };
  return html`<section class="card" aria-labelledby="enrol"><h2 id="enrol">Write to prospects</h2>
    <${Paged} what="prospects" path=${`/v1/sites/${siteId}/prospects`} params=${{ stage: OFFERED }} size=${20} empty=${html`<p>There are no prospects to write to. <a href=${link(["sites", siteId, "prospects"])}>Find some first.</a></p>`}>${(items) => html`
      <fieldset class="stack"><legend>Prospects</legend>${items.map((one) => html`<${Prospect} key=${one.prospect_id} one=${one} isChosen=${chosen.some((other) => other.prospect_id === one.prospect_id)} choose=${choose(one)} />`)}</fieldset>`}<//>
    <form ref=${form} class="stack" onSubmit=${(event) => event.preventDefault()}>${chosen.length > 0 && item.variables.length > 0 && html`<fieldset><legend>For all of them</legend><${Values} needs=${item.variables} about="all " /></fieldset>
      ${chosen.map((one) => html`<details key=${one.prospect_id}><summary>Other values for ${hostName(one.domain)}</summary><${Values} needs=${item.variables} about=${`${one.prospect_id} `} /></details>`)}`}</form>
    <div class="row"><${Confirm} label=${chosen.length > 0 ? `Enrol ${many(chosen.length, "prospect")}` : "Enrol them"} title="Write to them?" yes="Enrol them" className="main" disabled=${chosen.length === 0} impact=${impact} act=${act} /></div><p role="status" class="said">${said}</p></section>`;
}

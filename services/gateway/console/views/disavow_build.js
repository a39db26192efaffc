// The next disavow file: what it would change and what it would cost, before anybody says yes.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { count, html } from "../html.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Check, Field, Form } from "../pieces/form.js";
import { link } from "../route.js";
import { Lines, Notes } from "./disavow_upload.js";

const percent = (share) => (share === null || share === undefined ? "not known" : `${(share * 100).toFixed(1)} %`);

function Impact({ impact }) {
  return html`<ul class="figures"><li><b>${count(impact.new_domains)}</b>new domains (${percent(impact.share)} of those that link)</li><li><b>${count(impact.new_urls)}</b>new pages</li>
    <li><b>${count(impact.links)}</b>links, <b>${count(impact.followed_links)}</b>followed</li><li><b>${count(impact.good_links)}</b>good links thrown away</li>
    <li>Authority: ${percent(impact.authority_share)}</li></ul>`;
}

function Plan({ plan, siteId, built }) {
  const nothing = plan.added.length === 0 && plan.removed.length === 0;
  const send = async (form) => {
    const made = await post(`/v1/sites/${siteId}/disavow/versions`, { reason: form.get("reason"), confirm_large: form.get("confirm_large") === "on" });
    built(made);
  };
  return html`<${Impact} impact=${plan.impact} />
    ${nothing && html`<p class="notice">It would be as the list is now. Lines come from decisions: <a href=${link(["sites", siteId, "reviews"])}>decide in the review</a>.</p>`}
    <${Lines} title="Would come in" lines=${plan.added} /><${Lines} title="Would go" lines=${plan.removed} />
    <${Notes} title="Refused by the safe-guards" notes=${plan.refused} open /><${Notes} title="What holds it back" notes=${plan.held_back_by} open />
    ${plan.large_because && html`<p class="trouble">${plan.large_because} ${plan.confirmed_by.length > 0 ? `Looked at by ${plan.confirmed_by.join(", ")}; one more person has to.` : "Two people have to look at the impact and say so."}</p>`}
    <details><summary>The file</summary><pre class="file" tabindex="0">${plan.text || "(empty)"}</pre></details>
    ${!nothing && html`<${Form} label="Build this version" send=${send}>
      <${Field} name="reason" label="Why this version" maxlength="500" />
      ${plan.needs_confirmation && html`<${Check} name="confirm_large" label="I looked at the impact of this large set and agree" />`}<//>`}`;
}

export function Build({ siteId, needed, news }) {
  const [plan, setPlan] = useState();
  const [said, setSaid] = useState("");
  const act = useAct();
  const look = () => act.run(async () => { setSaid(""); setPlan(await post(`/v1/sites/${siteId}/disavow/versions?dry_run=true`, {})); });
  const built = (made) => {
    setPlan(made.version ? undefined : made);
    setSaid(made.version ? `Built as version ${made.version.version_no}. Download it below and upload it in Search Console.` : "Your word is kept. A second person has to look at it now.");
    news();
  };
  const inside = html`<p class="muted">It is made of the list in force and of what people decided in the review; no score adds a line.</p>
    <p><button type="button" disabled=${act.busy} onClick=${look}>Show what would change</button></p>
    <${Outcome} act=${act} /><p role="status" class="said">${said}</p>
    ${plan && html`<${Plan} plan=${plan} siteId=${siteId} built=${built} />`}`;
  return html`<section class="card"><h2>The next version</h2>
    ${needed === "no" ? html`<p>Nothing recorded says that this site needs a file. Record the reason above first, if there is one.</p><details><summary>Look at one anyway</summary>${inside}</details>` : inside}</section>`;
}

// Where the dead pages of the site should lead, and the rules for its web server.
import { useState } from "preact/hooks";
import { get, post, query } from "../api.js";
import { count, html, many } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Choice } from "../pieces/choice.js";
import { Field, Form } from "../pieces/form.js";
import { CopyText } from "../pieces/copy.js";
import { canEdit } from "../pieces/rights.js";
import { Table } from "../pieces/table.js";
import { live } from "../state.js";

const FORMATS = [["nginx", "nginx"], ["apache", "Apache"], ["caddy", "Caddy"], ["netlify", "Netlify"], ["cloudflare", "Cloudflare"], ["csv", "Table (CSV)"]];
const MANY = 50;

function Export({ siteId }) {
  const [format, setFormat] = useState("nginx");
  const [unsure, setUnsure] = useState(false);
  const [text, setText] = useState();
  const act = useAct();
  const path = `/v1/sites/${siteId}/redirects${query({ format, unsure: unsure || undefined })}`;
  const show = () => act.run(async () => {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error("The rules could not be made. Try again.");
    setText(await answer.text());
  });
  const change = (set) => (value) => { set(value); setText(undefined); };
  return html`<section class="card"><h2>Rules for your web server</h2>
    <div class="row controls"><${Choice} label="Server" value=${format} options=${FORMATS} change=${change(setFormat)} />
      <label class="check"><input type="checkbox" checked=${unsure} onChange=${(event) => change(setUnsure)(event.target.checked)} /> <span>Also where more than one page may fit (takes the best)</span></label></div>
    <div class="row"><button type="button" onClick=${show}>Show the rules</button> <a href=${path} download=${`redirects-${format}.${format === "csv" ? "csv" : "txt"}`}>Download them</a></div>
    <${Outcome} act=${act} />${text !== undefined && html`<${CopyText} label="Rules" text=${text || "There is no rule to write."} rows=${10} />`}</section>`;
}

function Pages({ siteId, again }) {
  const send = async (form) => {
    const pages = form.get("pages").split("\n").map((line) => line.trim()).filter(Boolean).map((url) => ({ url }));
    await post(`/v1/sites/${siteId}/pages`, { pages });
    await again();
    return `${count(pages.length)} pages named.`;
  };
  return html`<details><summary>Name pages of yours that answer</summary><${Form} label="Take these pages" send=${send}>
    <${Field} name="pages" as="textarea" rows="6" label="Addresses, one on a line" hint="At most 5,000 at a time: those that your sitemap does not name." required /><//></details>`;
}

function Sitemap({ siteId, again }) {
  const act = useAct();
  const read = () => act.run(async () => {
    const found = await post(`/v1/sites/${siteId}/sitemaps`, {});
    await again();
    return found.pages > 0 ? `The sitemap names ${count(found.pages)} pages. ${found.note ?? ""}` : found.note;
  });
  return html`<p><button type="button" onClick=${read}>Read my sitemap now</button> <span class="muted small">It is read once a week by itself.</span></p><${Outcome} act=${act} />`;
}

function rows(items) {
  return items.map((one) => ({ key: one.dead, cells: [html`<span class="wrap">${one.dead}</span>`, html`<strong>${one.words.label}</strong> <span class="muted">${one.words.todo}</span>`,
    one.candidates.length === 0 ? html`<span class="muted">none fits</span>` : html`<ul class="plain">${one.candidates.slice(0, 3).map((each) => html`<li class="wrap">${each.path} <span class="muted small">${Math.round(each.score * 100)} %</span></li>`)}</ul>`,
    count(one.referring_domains), count(one.links)] }));
}

export function Redirects({ siteId }) {
  const [shown, setShown] = useState(MANY);
  const state = useLoad(() => get(`/v1/sites/${siteId}/redirects`), [siteId], live.value.turn);
  return html`<h1>Redirects</h1>
    <p class="muted">Pages of yours that others link to and that do not answer, those whose links are worth most first. A page that nothing replaces should say so (410); the home page is never proposed.</p>
    <${Loading} what="the dead pages" state=${state}>${(found) => html`
      <p class="muted small">Searched among ${count(found.live_pages)} pages of yours that answer.</p>
      ${found.items.length === 0 ? html`<div class="notice"><p>No page of yours that others link to is known to be dead. Targets are looked at as soon as links to them are known.</p></div>`
        : html`<section class="card"><${Table} caption="Dead pages" heads=${["Dead page", "What to do", "Could lead to", ["Domains", "number"], ["Links", "number"]]} rows=${rows(found.items.slice(0, shown))} />
            ${found.items.length > shown && html`<p><button type="button" onClick=${() => setShown(shown + MANY)}>Show more (${count(found.items.length - shown)} left)</button></p>`}</section>
          <${Export} siteId=${siteId} />`}
      ${canEdit(siteId) && html`<section class="card"><${Sitemap} siteId=${siteId} again=${state.again} /><${Pages} siteId=${siteId} again=${state.again} /></section>`}`}<//>`;
}

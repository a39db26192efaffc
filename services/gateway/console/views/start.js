// A domain is enough to start: what the home page and the sitemap suggest, taken over only by a click.
import { useState } from "preact/hooks";
import { getWithTag, patch, post } from "../api.js";
import { count, External, html, many } from "../html.js";
import { Trouble, useLoad } from "../load.js";
import { hostName } from "../names.js";
import { useAct, Outcome } from "../pieces/act.js";
import { canEdit, ReadOnly } from "../pieces/rights.js";
import { link } from "../route.js";
import { refreshSites } from "../state.js";

const KINDS = [["brands", "Brand names", "They tell brand anchors from others."], ["keywords", "Keywords", "They tell keyword anchors from others."],
  ["languages", "Languages", "Words like “click here” are known in these."], ["hosts", "Other hosts of yours", "Links from them do not count; links to them do."],
  ["partners", "Sites you work with", "Their links are never called spam, and never disavowed."], ["competitors", "Competitors", "Their domains are never disavowed by mistake."]];

const LANGUAGES = new Intl.DisplayNames(undefined, { type: "language", fallback: "code" });

function shown(kind, value) {
  try {
    return kind === "languages" ? `${LANGUAGES.of(value)} (${value})` : hostName(value);
  } catch {
    return value;
  }
}

const have = (site, kind) => (kind === "hosts" ? site.domains.map((one) => one.host) : kind === "languages" ? site.settings?.languages ?? [] : site[kind]);

function changed(site, kind, value, add) {
  const kept = have(site, kind).filter((one) => one !== value);
  if (kind === "hosts") {
    const others = site.domains.filter((one) => one.host !== value);
    return { domains: add ? [...others, { host: value, role: "other" }] : others };
  }
  const list = add ? [...kept, value] : kept;
  return kind === "languages" ? { settings: { ...site.settings, languages: list } } : { [kind]: list };
}

function Proposed({ kind, title, hint, items, site, toggle, may }) {
  const own = have(site, kind);
  const rows = [...items, ...own.filter((value) => !items.some((one) => one.value === value) && value !== site.domain).map((value) => ({ value, why: "As it is set now." }))];
  return html`<section class="card"><h2>${title}</h2><p class="muted small">${hint}</p>
    ${rows.length === 0 ? html`<p class="muted">None found. You can set them by hand.</p>` : html`<ul class="items">${rows.map((one) => html`<li class="row between proposal"><span class="wrap"><strong>${shown(kind, one.value)}</strong> <span class="muted small">${one.why}</span></span>
      ${own.includes(one.value) ? html`<span class="row"><span class="tag good">taken over</span>${may && html`<button type="button" aria-label=${`Take ${shown(kind, one.value)} out of ${title.toLowerCase()}`} onClick=${() => toggle(kind, one.value, false)}>Take out</button>`}</span>`
        : may && html`<button type="button" aria-label=${`Take ${shown(kind, one.value)} over into ${title.toLowerCase()}`} onClick=${() => toggle(kind, one.value, true)}>Take over</button>`}</li>`)}</ul>`}
    ${may && html`<form class="row" onSubmit=${(event) => { event.preventDefault(); const field = event.currentTarget.elements.value; if (field.value.trim()) toggle(kind, field.value.trim(), true).then(() => { field.value = ""; }); }}>
      <label>Add by hand <input name="value" aria-label=${`Add to ${title.toLowerCase()}`} /></label><button>Add</button></form>`}</section>`;
}

function Found({ siteId, found, site, toggle, may }) {
  return html`${found.notes.map((note) => html`<p class="notice">${note}</p>`)}
    <div class="halves">${KINDS.map(([kind, title, hint]) => html`<${Proposed} key=${kind} kind=${kind} title=${title} hint=${hint} items=${found[kind] ?? []} site=${site} toggle=${toggle} may=${may} />`)}</div>
    <section class="card"><h2>Pages that matter</h2><p class="muted small">The sitemap names ${count(found.sitemap_pages)} pages.</p>
      ${found.key_pages.length === 0 ? html`<p class="muted">None found.</p>` : html`<ul class="plain">${found.key_pages.map((one) => html`<li class="wrap"><${External} href=${one.url}>${one.title || one.url}<//> <span class="muted small">${one.why}</span></li>`)}</ul>`}
      <h3>Dead pages of yours that others link to</h3>
      ${(found.dead_targets ?? []).length > 0 && html`<ul class="plain">${found.dead_targets.slice(0, 10).map((one) => html`<li class="wrap">${one.dead} <span class="muted small">${many(one.links, "link")}</span> <strong>${one.words.label}</strong>${one.candidates.length > 0 ? `: ${one.candidates[0].path}` : ""}</li>`)}</ul>`}
      <p><a href=${link(["sites", siteId, "redirects"])}>See where they could lead</a></p></section>
    <section class="card"><h2>Get your links from Search Console</h2><ol class="plain">${found.search_console.steps.map((one) => html`<li>${one}</li>`)}</ol>
      <p><${External} href=${found.search_console.url}>Open Search Console<//> · then <a href=${link(["sites", siteId, "imports"])}>import the file</a></p></section>`;
}

export function Start({ siteId, filters }) {
  const may = canEdit(siteId);
  const [looks, setLooks] = useState(filters.look ? 1 : 0);
  const [site, setSite] = useState();
  const act = useAct();
  const set = async () => setSite((await getWithTag(`/v1/sites/${siteId}`)).value);
  const state = useLoad(async () => {
    await set();
    return may && looks ? post(`/v1/sites/${siteId}/proposals`, {}) : NOTHING;
  }, [siteId, looks]);
  const toggle = (kind, value, add) => act.run(async () => {
    const { value: now, etag } = await getWithTag(`/v1/sites/${siteId}`);
    await patch(`/v1/sites/${siteId}`, changed(now, kind, value, add), etag);
    await set();
    refreshSites();
    return add ? `“${value}” taken over.` : `“${value}” taken out.`;
  });
  return html`<h1>Set up</h1>
    <p class="muted">What your home page and your sitemap suggest. Nothing is taken over without your click. Links themselves come from <a href=${link(["sites", siteId, "imports"])}>a file that you import</a>.</p>
    <${ReadOnly} siteId=${siteId} /><${Outcome} act=${act} />
    ${may && state.value === NOTHING && html`<p><button type="button" class="main" onClick=${() => setLooks(looks + 1)}>Look at my home page and sitemap</button></p>`}
    ${!state.value && !state.problem && looks > 0 && html`<p role="status">Looking at your home page and sitemap … This takes up to half a minute.</p>`}
    ${state.problem && html`<${Trouble} problem=${state.problem} again=${state.again} /><p>You need not wait for it: <a href=${link(["sites", siteId, "imports"])}>import a file of links</a>.</p>`}
    ${site && html`<${Found} siteId=${siteId} site=${site} toggle=${toggle} may=${may} found=${state.value ?? NOTHING} />`}`;
}

const NOTHING = { notes: [], brands: [], keywords: [], languages: [], hosts: [], key_pages: [], sitemap_pages: 0,
  search_console: { url: "https://search.google.com/search-console/links", steps: ["Open the address and choose the account that owns the site.", "At the top right choose “Export external links”.", "Choose “Latest links”, then “Download CSV”.", "Do the same with “More sample links”.", "Import both files here as they are, the ZIP archive as well."] } };

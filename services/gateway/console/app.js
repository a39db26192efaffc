// The shell of the console: sign in, the bar on top, and the view that the address names.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import "@preact/signals";
import { html } from "./html.js";
import { Trouble } from "./load.js";
import { link, route } from "./route.js";
import { enter, signedIn, sites } from "./state.js";
import { SignIn } from "./views/signin.js";
import { Sites } from "./views/sites.js";
import { Overview } from "./views/overview.js";
import { Links } from "./views/links.js";
import { Link } from "./views/link.js";
import { Imports } from "./views/imports.js";
import { Audits } from "./views/audits.js";

const VIEWS = { overview: Overview, links: Links, imports: Imports, audits: Audits };
const TABS = [["overview", "Overview"], ["links", "Links"], ["imports", "Import"], ["audits", "Audits"]];

function place(parts) {
  if (parts[0] === "links" && parts[1]) return { view: Link, id: parts[1], tab: "links" };
  if (parts[0] !== "sites" || !parts[1]) return { view: Sites };
  const site = (sites.value ?? []).find((one) => one.id === parts[1]);
  return { view: VIEWS[parts[2] ?? "overview"] ?? Overview, site, siteId: parts[1], tab: parts[2] ?? "overview" };
}

function Top({ here }) {
  const siteId = here.siteId;
  return html`<header class="top">
    <a class="name" href="#/"><img src="icon.svg" alt="" />Anchorwatch</a>
    ${here.site && html`<strong>${here.site.name || here.site.domain}</strong>`}
    ${siteId && html`<nav aria-label="Site">${TABS.map(([tab, label]) => html`
      <a href=${link(["sites", siteId, tab])} aria-current=${here.tab === tab ? "page" : undefined}>${label}</a>`)}</nav>`}
    <nav class="end" aria-label="More"><a href="#/">All sites</a><a href="/docs">API</a></nav>
  </header>`;
}

function App() {
  const [problem, setProblem] = useState();
  useEffect(() => { enter().catch(setProblem); }, []);
  if (problem) return html`<main id="main"><${Trouble} problem=${problem} again=${() => location.reload()} /></main>`;
  if (signedIn.value === undefined) return html`<main id="main"><p role="status">Opening …</p></main>`;
  if (!signedIn.value) return html`<${SignIn} />`;
  const { parts, filters } = route.value;
  const here = place(parts);
  return html`<${Top} here=${here} /><main id="main" tabindex="-1"><${here.view} key=${parts.join("/")} filters=${filters} ...${here} /></main>`;
}

render(html`<${App} />`, document.getElementById("app"));

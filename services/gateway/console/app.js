// The shell of the console: sign in, the bar on top, and the view that the address names.
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import "@preact/signals";
import { html } from "./html.js";
import { Loading, Trouble, useLoad } from "./load.js";
import { link, route } from "./route.js";
import { enter, signedIn, siteOfLink, sites } from "./state.js";
import { Account } from "./views/account.js";
import { SignIn } from "./views/signin.js";
import { Sites } from "./views/sites.js";
import { Link } from "./views/link.js";
import { areasOf, screenOf } from "./areas.js";
import { Bell } from "./pieces/bell.js";
import { seesAnySite } from "./pieces/rights.js";

// Alerts of all sites, and one of them: what a message about an alert leads to.
const ALERTS = { code: "all alerts", title: "Alerts", load: () => import("./views/alerts.js"), view: "Alerts" };
const ALERT = { ...ALERTS, code: "one alert", title: "Alert", view: "Alert" };

// All that waits for a person, and where addresses from chats lead.
const APPROVALS = { code: "all approvals", title: "Approvals", load: () => import("./views/all_approvals.js"), view: "AllApprovals" };
const FROM_CHATS = {
  act: { code: "act", title: "From a chat", load: () => import("./views/act.js"), view: "Act" },
  connect: { code: "connect", title: "From a chat", load: () => import("./views/act.js"), view: "Connect" },
};

// Where mail providers send people back to.
const SIGNED_IN = { code: "signed in", title: "Signing in to a mailbox", load: () => import("./views/mail_sign_in.js"), view: "SignedIn" };

function place(parts) {
  const find = (id) => (sites.value ?? []).find((one) => one.id === id);
  if (parts[0] === "links" && parts[1]) return { view: Link, id: parts[1], siteId: siteOfLink.value, site: find(siteOfLink.value), screen: screenOf("links") };
  if (parts[0] === "alerts") return { view: Screen, id: parts[1], screen: parts[1] ? ALERT : ALERTS };
  if (parts[0] === "approvals") return { view: Screen, screen: APPROVALS };
  if (FROM_CHATS[parts[0]] && parts[1]) return { view: Screen, id: parts[1], screen: FROM_CHATS[parts[0]] };
  if (parts[0] === "signed-in") return { view: Screen, screen: SIGNED_IN };
  if (parts[0] === "you") return { view: Account, screen: { title: "You" } };
  if (parts[0] !== "sites" || !parts[1]) return { view: Sites };
  const site = find(parts[1]);
  return { view: Screen, site, siteId: parts[1], screen: screenOf(parts[2]) ?? screenOf("overview") };
}

// A screen comes when it is opened: who only looks at the figures does not load the workshop.
function Screen({ screen, ...rest }) {
  const state = useLoad(async () => ({ view: (await screen.load())[screen.view] }), [screen.code]);
  return html`<${Loading} what=${screen.title} state=${state}>${({ view }) => html`<${view} ...${rest} />`}<//>`;
}

function Tabs({ siteId, screen }) {
  const current = (chosen) => (chosen ? "page" : undefined);
  const at = (code) => link(["sites", siteId, code]);
  return html`<nav aria-label="Site">${areasOf(siteId).map((area) => html`
      <a href=${at(area.screens[0][0])} aria-current=${current(area === screen.area)}>${area.name}</a>`)}</nav>
    ${screen.area.screens.length > 1 && html`<nav class="below" aria-label=${screen.area.name}>${screen.area.screens.map(([code, title]) => html`
      <a href=${at(code)} aria-current=${current(code === screen.code)}>${title}</a>`)}</nav>`}`;
}

function Top({ here }) {
  return html`<header class="top">
    <a class="name" href="#/"><img src="icon.svg" alt="" />Anchorwatch</a>
    ${here.site && html`<strong title=${here.site.name || here.site.domain}>${here.site.name || here.site.domain}</strong>`}
    <nav class="end" aria-label="More"><${Bell} />${seesAnySite() && html`<a href="#/approvals">Approvals</a>`}<a href="#/">All sites</a><a href="/docs">API</a><a href="#/you">You</a></nav>
    ${here.siteId && html`<${Tabs} siteId=${here.siteId} screen=${here.screen} />`}
  </header>`;
}

function App() {
  const [problem, setProblem] = useState();
  useEffect(() => { enter().catch(setProblem); }, []);
  if (problem) return html`<main id="main"><${Trouble} problem=${problem} again=${() => location.reload()} /></main>`;
  if (signedIn.value === undefined) return html`<main id="main"><p role="status">Opening …</p></main>`;
  if (!signedIn.value) return html`<${SignIn} />`;
  return html`<${House} />`;
}

function House() {
  const { parts, filters } = route.value;
  const here = place(parts);
  const path = parts.join("/");
  const came = useRef(path);
  const title = [here.screen?.title, here.site?.name || here.site?.domain, "Anchorwatch"].filter(Boolean).join(" · ");
  useEffect(() => { document.title = title; }, [title]);
  useEffect(() => {
    if (came.current === path) return;
    came.current = path; // a new screen begins at its top, also for those who cannot see it
    document.getElementById("main")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [path]);
  return html`<${Top} here=${here} /><main id="main" tabindex="-1"><${here.view} key=${parts.join("/")} filters=${filters} ...${here} /></main>`;
}

render(html`<${App} />`, document.getElementById("app"));

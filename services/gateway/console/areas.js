// The screens of a site: areas on top, the screens of an area below, each loaded when it is opened.
import { canSee } from "./pieces/rights.js";

const AREAS = [
  { name: "Overview", screens: [["overview", "Overview", () => import("./views/overview.js"), "Overview"]], open: true },
  { name: "Links", screens: [
    ["links", "All links", () => import("./views/links.js"), "Links"],
    ["domains", "Domains", () => import("./views/domains.js"), "Domains"],
    ["targets", "Your pages", () => import("./views/targets.js"), "Targets"],
    ["anchors", "Anchors", () => import("./views/anchors.js"), "Anchors"],
    ["value", "Value", () => import("./views/survival.js"), "Survival"],
  ], open: true },
  { name: "Alerts", screens: [
    ["alerts", "Alerts", () => import("./views/alerts.js"), "Alerts"],
    ["rules", "Rules", () => import("./views/rules.js"), "Rules"],
  ] },
  { name: "Sources", screens: [
    ["imports", "Import files", () => import("./views/imports.js"), "Imports"],
    ["discover", "Discover", () => import("./views/discover.js"), "Discover"],
    ["connectors", "Connectors", () => import("./views/connectors.js"), "Connectors"],
    ["coverage", "Coverage", () => import("./views/coverage.js"), "Coverage"],
    ["competitors", "Competitors", () => import("./views/competitors.js"), "Competitors"],
    ["exports", "Exports", () => import("./views/exports.js"), "Exports"],
  ] },
  { name: "Growth", screens: [["growth", "Growth", () => import("./views/growth.js"), "Growth"]] },
  { name: "Acquire", screens: [
    ["prospects", "Prospects", () => import("./views/prospects.js"), "Prospects"],
    ["opportunities", "Opportunities", () => import("./views/opportunities.js"), "Opportunities"],
    ["plan", "Plan", () => import("./views/plan.js"), "Plan"],
    ["briefs", "Briefs", () => import("./views/briefs.js"), "Briefs"],
    ["sequences", "Sequences", () => import("./views/sequences.js"), "Sequences"],
    ["approvals", "Approvals", () => import("./views/approvals.js"), "Approvals"],
    ["mailboxes", "Mailboxes", () => import("./views/mailboxes.js"), "Mailboxes"],
    ["inbox", "Inbox", () => import("./views/inbox.js"), "Inbox"],
    ["offers", "Offers", () => import("./views/offers.js"), "Offers"],
    ["campaigns", "Campaigns", () => import("./views/campaigns.js"), "Campaigns"],
  ] },
  { name: "Placements", screens: [
    ["placements", "Placements", () => import("./views/placements.js"), "Placements"],
    ["places", "Judge a place", () => import("./views/places.js"), "Places"],
    ["owed", "Owed", () => import("./views/owed.js"), "Owed"],
    ["exchanges", "Links in return", () => import("./views/exchanges.js"), "Exchanges"],
    ["vendors", "Vendors", () => import("./views/vendors.js"), "Vendors"],
    ["suppressions", "Never written to", () => import("./views/suppressions.js"), "Suppressions"],
  ] },
  { name: "Win back", screens: [
    ["recoveries", "Lost links", () => import("./views/recoveries.js"), "Recoveries"],
    ["redirects", "Redirects", () => import("./views/redirects.js"), "Redirects"],
  ] },
  { name: "Toxicity", screens: [
    ["toxicity", "Summary", () => import("./views/toxicity.js"), "Toxicity"],
    ["reviews", "Review", () => import("./views/reviews.js"), "Reviews"],
    ["networks", "Networks", () => import("./views/networks.js"), "Networks"],
    ["attacks", "Attacks", () => import("./views/attacks.js"), "Attacks"],
    ["flagged", "Changed domains", () => import("./views/flagged.js"), "Flagged"],
    ["lists", "Lists", () => import("./views/block_lists.js"), "BlockLists"],
    ["removals", "Removals", () => import("./views/removals.js"), "Removals"],
    ["disavow", "Disavow file", () => import("./views/disavow.js"), "Disavow"],
  ] },
  { name: "Reports", screens: [
    ["reports", "For clients", () => import("./views/reports.js"), "Reports"],
    ["audits", "Audits", () => import("./views/audits.js"), "Audits"],
  ], open: true },
  { name: "Set up", screens: [
    ["start", "Set up", () => import("./views/start.js"), "Start"],
    ["costs", "Cost of looking", () => import("./views/costs.js"), "Costs"],
    ["people", "People", () => import("./views/people.js"), "People"],
    ["keys", "API keys", () => import("./views/keys.js"), "Keys"],
    ["webhooks", "Webhooks", () => import("./views/webhooks.js"), "Webhooks"],
    ["channels", "Channels", () => import("./views/channels.js"), "Channels"],
    ["retention", "What is kept", () => import("./views/retention.js"), "Retention"],
    ["copies", "Self-check", () => import("./views/copies.js"), "Copies"],
    ["apart", "Never asked", () => import("./views/opt_outs.js"), "OptOuts"],
  ] },
];

// Clients see the results; the workshop behind them is for those who work on the site.
export function areasOf(siteId) {
  return AREAS.filter((area) => area.open || canSee(siteId));
}

export function screenOf(name) {
  for (const area of AREAS) {
    const screen = area.screens.find(([code]) => code === name);
    if (screen) return { area, code: screen[0], title: screen[1], load: screen[2], view: screen[3] };
  }
  return undefined;
}

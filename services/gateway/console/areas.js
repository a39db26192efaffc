// The screens of a site: areas on top, the screens of an area below, each loaded when it is opened.
import { canSee } from "./pieces/rights.js";

const AREAS = [
  { name: "Overview", screens: [["overview", "Overview", () => import("./views/overview.js"), "Overview"]], open: true },
  { name: "Links", screens: [["links", "Links", () => import("./views/links.js"), "Links"]], open: true },
  { name: "Sources", screens: [
    ["imports", "Import files", () => import("./views/imports.js"), "Imports"],
  ] },
  { name: "Toxicity", screens: [
    ["reviews", "Review", () => import("./views/reviews.js"), "Reviews"],
    ["disavow", "Disavow file", () => import("./views/disavow.js"), "Disavow"],
  ] },
  { name: "Audits", screens: [["audits", "Audits", () => import("./views/audits.js"), "Audits"]], open: true },
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

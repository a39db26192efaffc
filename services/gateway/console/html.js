// The one place that binds htm to Preact, and what every view needs to print values safely.
import { h } from "preact";
import htm from "htm";
import { hostName } from "./names.js";

export const html = htm.bind(h);

const SAFE = /^https?:\/\//i;

// Preact escapes text but not URL schemes: every foreign address goes through here.
export function safe(url) {
  return typeof url === "string" && SAFE.test(url) ? url : undefined;
}

export function External({ href, children }) {
  const target = safe(href);
  if (!target) return html`<span class="url">${children ?? href}</span>`;
  return html`<a class="url" href=${target} target="_blank" rel="noreferrer noopener nofollow">${children ?? href}</a>`;
}

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const MOMENT = new Intl.DateTimeFormat(undefined, {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
});
const COUNT = new Intl.NumberFormat();

export function day(value) {
  return value ? DAY.format(new Date(value)) : "";
}

export function moment(value) {
  return value ? MOMENT.format(new Date(value)) : "";
}

export function count(value) {
  return value === null || value === undefined ? "–" : COUNT.format(value);
}

// `1 link`, `2 links`: a count with its word.
export function many(value, one, more = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : more}`;
}

export function Moment({ at }) {
  return at ? html`<time datetime=${at}>${moment(at)}</time>` : html`<span class="muted">not yet</span>`;
}

export function shortUrl(url) {
  const [host, ...path] = (url ?? "").replace(/^https?:\/\/(www\.)?/i, "").replace(/\/$/, "").split(/(?=[/?#])/);
  return [hostName(host), ...path].join("");
}

// Where we are: the address after the #, with the filters in it, so that every view can be bookmarked.
import { signal } from "@preact/signals";

function read() {
  const [path, search = ""] = location.hash.replace(/^#/, "").split("?");
  return { parts: path.split("/").filter(Boolean), filters: Object.fromEntries(new URLSearchParams(search)) };
}

export const route = signal(read());
addEventListener("hashchange", (event) => {
  if (location.hash && !location.hash.startsWith("#/")) {
    // The link that skips to the content is no place of its own: the address stays what it was.
    history.replaceState(null, "", new URL(event.oldURL).hash || "#/");
    return;
  }
  route.value = read();
});

export function link(parts, filters = {}) {
  const kept = Object.entries(filters).filter(([, value]) => value !== undefined && value !== "");
  const search = new URLSearchParams(kept).toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${search ? `?${search}` : ""}`;
}

export function go(parts, filters) {
  location.hash = link(parts, filters);
}

// What several views share: who is signed in, the sites, the words for codes, and the live events.
import { signal } from "@preact/signals";
import { get, listen } from "./api.js";

export const sites = signal(undefined);
export const words = signal({});
export const live = signal({ turn: 0 });
export const jobs = signal({});
export const me = signal(undefined);
// The site of the link that is shown: its address does not name it.
export const siteOfLink = signal(undefined);
export const signedIn = signal(undefined);

const HEARD = ["link.changed", "site.created", "site.updated", "site.deleted", "import.completed", "job.updated", "audit.completed", "report.ready", "alert.raised", "alert.resolved"];

export async function enter() {
  try {
    const [list, vocabulary, self] = await Promise.all([get("/v1/sites", { limit: 500 }), get("/v1/words"), get("/v1/me")]);
    me.value = self;
    sites.value = list.items;
    words.value = vocabulary;
    signedIn.value = true;
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    signedIn.value = false;
    return;
  }
  listen(HEARD, hear);
}

const SOON_MS = 1000;
const REST_MS = 5000;
let pending = 0;
let heardAt = -REST_MS;

// Views load again a second after news, but while much happens only every five: a crawl of 10,000 links
// must not make every open screen ask 10,000 times.
function hear(type, event) {
  if (type === "job.updated") {
    jobs.value = { ...jobs.value, [event.data.job_id]: event.data };
    return;
  }
  if (type.startsWith("site.")) refreshSites();
  if (pending) return;
  pending = setTimeout(() => {
    pending = 0;
    heardAt = performance.now();
    live.value = { turn: live.value.turn + 1 };
  }, Math.max(SOON_MS, heardAt + REST_MS - performance.now()));
}

export async function refreshSites() {
  sites.value = (await get("/v1/sites", { limit: 500 })).items;
}

export function word(kind, code) {
  return words.value[kind]?.[code]?.label ?? "";
}

export function saying(kind, code) {
  return words.value[kind]?.[code]?.sentence ?? "";
}

export function advice(kind, code) {
  return words.value[kind]?.[code]?.todo ?? "";
}

export function choices(kind) {
  return Object.entries(words.value[kind] ?? {}).map(([code, text]) => [code, text.label]);
}

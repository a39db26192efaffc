// The public HTTP API, as the console uses it: JSON in and out, problems as errors, live events.

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || "That did not work.");
    this.status = status;
    this.code = body.code;
    this.errors = body.errors ?? [];
    this.traceId = body.trace_id;
  }
}

export function query(parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters ?? {})) {
    if (value !== undefined && value !== null && value !== "") search.set(name, value);
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}

async function call(method, path, { body, form, headers = {} } = {}) {
  const options = { method, headers: { Accept: "application/json", "X-Anchorwatch-Console": "1", ...headers } };
  if (method === "POST") options.headers["Idempotency-Key"] = crypto.randomUUID();
  if (form) options.body = form;
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Problem(0, { detail: "Anchorwatch does not answer. Is it still running?" });
  }
  const text = await answer.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    throw new Problem(answer.status, { detail: "The answer could not be read." });
  }
  if (!answer.ok) throw new Problem(answer.status, value ?? {});
  return { value, etag: answer.headers.get("ETag"), location: answer.headers.get("Location") };
}

export const get = async (path, parameters) => (await call("GET", path + query(parameters))).value;
export const getWithTag = (path) => call("GET", path);
const matching = (etag) => (etag ? { "If-Match": etag } : {});
export const post = async (path, body, etag) => (await call("POST", path, { body, headers: matching(etag) })).value;
export const put = async (path, body, etag) => (await call("PUT", path, { body, headers: matching(etag) })).value;
export const upload = (path, form) => call("POST", path, { form });
export const patch = async (path, body, etag) =>
  (await call("PATCH", path, { body, headers: matching(etag) })).value;
export const remove = (path, etag) => call("DELETE", path, { headers: matching(etag) });

// Calls `heard(type, event)` for each outward event; the browser resumes with Last-Event-ID by itself.
export function listen(types, heard) {
  const source = new EventSource(`/v1/events${query({ types: types.join(",") })}`);
  for (const type of types) {
    source.addEventListener(type, (message) => heard(type, JSON.parse(message.data)));
  }
  return () => source.close();
}

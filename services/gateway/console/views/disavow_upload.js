// Taking in the list that is in force at Google: every repair is shown before anything is kept.
import { useRef, useState } from "preact/hooks";
import { upload } from "../api.js";
import { count, html, many } from "../html.js";
import { useAct, Outcome } from "../pieces/act.js";
import { Choice } from "../pieces/choice.js";

async function send(siteId, file, base, dry) {
  const form = new FormData();
  form.append("file", file);
  const query = new URLSearchParams({ ...(base && { base }), ...(dry && { dry_run: "true" }) });
  return (await upload(`/v1/sites/${siteId}/disavow/imports?${query}`, form)).value;
}

export function Notes({ title, notes, open = false }) {
  if (notes.length === 0) return null;
  return html`<details open=${open}><summary>${title} (${count(notes.length)})</summary><ul class="plain">${notes.slice(0, 200).map((one) => html`<li class="wrap">
    ${one.line ? `Line ${count(one.line)}: ` : ""}${one.entry ? html`<strong>${one.entry}</strong> ` : ""}${one.detail}
    ${one.before !== null && one.before !== undefined && one.before !== one.after ? html` <span class="muted small"><del>${one.before}</del> → ${one.after}</span>` : one.text ? html` <span class="muted small">${one.text}</span>` : ""}</li>`)}
    ${notes.length > 200 && html`<li>and ${count(notes.length - 200)} more</li>`}</ul></details>`;
}

export function Lines({ title, lines }) {
  if (lines.length === 0) return null;
  return html`<details><summary>${title} (${count(lines.length)})</summary><ul class="plain">${lines.slice(0, 200).map((one) => html`<li class="wrap">${one}</li>`)}
    ${lines.length > 200 && html`<li>and ${count(lines.length - 200)} more; they are all in the file</li>`}</ul></details>`;
}

function Found({ found }) {
  const merge = found.merge;
  return html`<p role="status">${many(found.domains, "domain")} and ${many(found.urls, "page")} would be kept; ${many(found.repairs.length, "repair")}, ${count(found.refused.length)} refused, ${count(found.errors.length)} not understood.</p>
    <${Notes} title="Refused, because they would hurt you" notes=${found.refused} open />
    <${Notes} title="Not understood" notes=${found.errors} open /><${Notes} title="Put right" notes=${found.repairs} />
    ${merge && html`<${Lines} title="Added by the file" lines=${merge.added_by_the_file} /><${Lines} title="Taken out by the file" lines=${merge.removed_by_the_file} />
      <${Lines} title="Added here" lines=${merge.added_by_us} /><${Lines} title="Taken out here" lines=${merge.removed_by_us} />`}
    <details><summary>The text that would be kept</summary><pre class="file" tabindex="0">${found.clean || "(empty)"}</pre></details>`;
}

export function Upload({ siteId, versions, news }) {
  const [file, setFile] = useState();
  const [base, setBase] = useState("");
  const [found, setFound] = useState();
  const act = useAct();
  const input = useRef(null);
  const look = (chosen, from) => {
    setFile(chosen);
    setBase(from);
    setFound(undefined);
    if (chosen) act.run(async () => setFound(await send(siteId, chosen, from, true)));
  };
  const keep = () => act.run(async () => {
    const kept = await send(siteId, file, base, false);
    setFile(undefined);
    setFound(undefined);
    input.current.value = "";
    news();
    return `Kept as version ${kept.version_no}.`;
  });
  const options = versions.map((one) => [String(one.version_no), `Version ${one.version_no} was uploaded last: bring both together`]);
  return html`<section class="card"><h2>The list that Google has</h2>
    <p class="muted">An upload to Google replaces everything, so every version starts from what is there. Download it in Search Console (Disavow links → Download), and give it in.</p>
    <div class="row controls"><div class="field"><label for="disavow-file">Disavow file</label><input ref=${input} id="disavow-file" type="file" accept=".txt,text/plain" onChange=${(event) => look(event.target.files[0], base)} /></div>
      ${options.length > 0 && html`<${Choice} label="Since then" value=${base} empty="The file replaces our list" options=${options} change=${(value) => look(file, value)} />`}</div>
    ${found && html`<${Found} found=${found} /><div class="row"><button type="button" class="main" disabled=${act.busy || found.clean === ""} onClick=${keep}>Keep this list</button></div>`}
    <${Outcome} act=${act} /></section>`;
}

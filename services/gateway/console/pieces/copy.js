// A text to take along: shown whole, copied by one press, or selected where the browser forbids that.
import { useRef, useState } from "preact/hooks";
import { html } from "../html.js";

export function CopyText({ label, text, rows = 4 }) {
  const box = useRef(null);
  const [said, setSaid] = useState("");
  async function copy() {
    box.current.select();
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied.");
    } catch {
      setSaid("Selected: press Ctrl+C (or ⌘C) to copy.");
    }
  }
  return html`<div class="field copy"><label>${label}
      <textarea ref=${box} readonly rows=${rows} value=${text}></textarea></label>
    <div class="row"><button type="button" onClick=${copy}>Copy</button><span role="status" class="muted small">${said}</span></div></div>`;
}

// Makes the API's answer a file for the person, without another request.
export function save(name, text, type = "text/plain") {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

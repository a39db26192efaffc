// Signing in with e-mail and password; the one-time link of the first start does without.
import { useState } from "preact/hooks";
import { post } from "../api.js";
import { html } from "../html.js";
import { Trouble } from "../load.js";
import { enter } from "../state.js";

export function SignIn() {
  const [problem, setProblem] = useState();
  const [busy, setBusy] = useState(false);
  async function submit(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    setBusy(true);
    try {
      await post("/v1/sessions", { email: form.get("email"), password: form.get("password") });
      await enter();
    } catch (trouble) {
      setProblem(trouble);
    }
    setBusy(false);
  }
  return html`<main id="main">
    <div class="card door">
      <h1>Anchorwatch</h1>
      <p class="muted">Sign in with your password, or open a login link: the one printed when Anchorwatch started, or one that an owner makes for you.</p>
      ${problem && html`<${Trouble} problem=${problem} />`}
      <form class="stack" onSubmit=${submit}>
        <label>E-mail <input name="email" type="email" autocomplete="username" required /></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
        <button class="main" disabled=${busy}>Sign in</button>
      </form>
    </div>
  </main>`;
}

// What people may do from a channel's chat: its buttons, who may press them, and whether a press arrives.
import { get, put, remove } from "../api.js";
import { html, moment } from "../html.js";
import { Loading, useLoad } from "../load.js";
import { advice, saying } from "../state.js";
import { Outcome, useAct } from "./act.js";
import { CopyText } from "./copy.js";
import { Field, Form } from "./form.js";

const KEYS = { slack: "Signing secret of the app", discord: "Public key of the application" };
const PRESSED = ["slack", "discord", "telegram"];

function SwitchOn({ one, done }) {
  const send = async (form) => {
    const key = form.get("app_key")?.trim();
    await put(`/v1/channels/${one.id}/buttons`, key ? { app_key: key } : {});
    done();
    return "On. Send a test and press its button.";
  };
  const label = KEYS[one.kind];
  return html`<${Form} label=${one.buttons ? "Set it anew" : "Switch buttons on"} send=${send}>
    ${label && html`<${Field} name="app_key" type="password" autocomplete="off" label=${label} hint="It is stored encrypted and never shown again." required />`}<//>`;
}

function Pressed({ one, done }) {
  const act = useAct();
  const where = useLoad(() => get(`/v1/channels/${one.id}/buttons`), [one.id]);
  const off = () => act.run(async () => { await remove(`/v1/channels/${one.id}/buttons`); done(); return "Off. Messages carry addresses from now on."; });
  return html`<${Loading} what="its address" state=${where}>${({ callback_url: url, is_public: isPublic }) => html`
      ${!isPublic && html`<p class="notice">The address of this installation does not begin with https:, so that the provider will not use it. Whoever runs it sets ANCHORWATCH_PUBLIC_URL.</p>`}
      ${one.kind !== "telegram" && html`<${CopyText} label="Address for the app" text=${url} rows="2" />`}`}<//>
    <${SwitchOn} one=${one} done=${done} />
    ${one.buttons && html`<div class="row"><button type="button" disabled=${act.busy} onClick=${off}>Switch buttons off</button></div>`}<${Outcome} act=${act} />`;
}

export function Acting({ one, change, done }) {
  const act = useAct();
  const flip = () => act.run(async () => { await change({ anyone_may_act: !one.anyone_may_act }); });
  return html`<p class="muted">${one.acting}${one.called_back_at ? ` Last pressed ${moment(one.called_back_at)} by ${one.called_back_by}.` : ""}</p>
    <p>${saying("channel_buttons", one.kind)} ${advice("channel_buttons", one.kind)}</p>
    ${PRESSED.includes(one.kind) && html`<div class="stack within"><${Pressed} one=${one} done=${done} /></div>`}
    <label class="check"><input type="checkbox" checked=${one.anyone_may_act} disabled=${act.busy} onChange=${flip} /> <span>People of this chat may act without saying who they are</span></label>
    <p class="muted small">Off, each says once who they are and acts by their own roles. On, whoever is in the chat, or has an address from it, may acknowledge, put off and have looked at again, and the audit log knows them only as the chat calls them.</p><${Outcome} act=${act} />`;
}

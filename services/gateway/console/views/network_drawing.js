// The drawing of a network: its domains in a ring, a line where two are tied, thicker the rarer what they share.
import { useState } from "preact/hooks";
import { count, html } from "../html.js";
import { hostName } from "../names.js";
import { word } from "../state.js";

const MOST = 36;
const SIZE = 420;
const RING = 140;

function places(nodes) {
  const middle = SIZE / 2;
  return new Map(nodes.map((node, at) => {
    const angle = (at / nodes.length) * 2 * Math.PI - Math.PI / 2;
    return [node.id, { node, x: middle + 1.35 * RING * Math.cos(angle) + middle * 0.35, y: middle + RING * Math.sin(angle), right: Math.cos(angle) >= -0.01, ends: Math.abs(Math.cos(angle)) < 0.2, down: Math.sin(angle) > 0 }];
  }));
}

function label(place) {
  if (place.ends) return { x: place.x, y: place.y + (place.down ? 22 : -13), "text-anchor": "middle" };
  return { x: place.x + (place.right ? 13 : -13), y: place.y + 4, "text-anchor": place.right ? "start" : "end" };
}

const short = (name) => (name.length > 26 ? `${name.slice(0, 25)}…` : name);

export function Drawing({ network }) {
  const [chosen, setChosen] = useState();
  const nodes = [...network.nodes].sort((one, other) => other.links - one.links).slice(0, MOST);
  const at = places(nodes);
  const edges = network.edges.filter((edge) => at.has(edge.source) && at.has(edge.target));
  const most = Math.max(...edges.map((edge) => edge.bits), 1);
  const near = chosen ? edges.filter((edge) => edge.source === chosen || edge.target === chosen) : [];
  return html`<figure class="drawing"><svg viewBox=${`0 0 ${SIZE * 1.35} ${SIZE}`} role="img" aria-label=${`Drawing: ${count(nodes.length)} domains and ${count(edges.length)} ties; the list below says the same.`}>
    ${edges.map((edge) => html`<line key=${`${edge.source} ${edge.target}`} class=${chosen && near.includes(edge) ? "near" : ""} x1=${at.get(edge.source).x} y1=${at.get(edge.source).y} x2=${at.get(edge.target).x} y2=${at.get(edge.target).y} stroke-width=${(1 + 3 * edge.bits / most).toFixed(1)}>
      <title>${hostName(edge.source)} and ${hostName(edge.target)}: ${edge.evidence.map((one) => `${one.label} ${one.value}`).join("; ")}</title></line>`)}
    ${[...at.values()].map((place) => html`<g key=${place.node.id} class=${`band-${place.node.band ?? "none"}${chosen === place.node.id ? " chosen" : ""}`} onClick=${() => setChosen(chosen === place.node.id ? undefined : place.node.id)}>
      <circle cx=${place.x} cy=${place.y} r=${(5 + Math.min(5, Math.log2(1 + place.node.links))).toFixed(1)}><title>${hostName(place.node.domain)}: ${count(place.node.links)} links${place.node.band ? `, ${word("band", place.node.band)}` : ""}</title></circle>
      <text ...${label(place)}>${short(hostName(place.node.domain))}</text></g>`)}
  </svg>
  <figcaption class="muted small"><span role="status">${chosen ? `${hostName(chosen)} is tied to ${count(near.length)} of them.` : `The thicker a line, the rarer what two domains share.${network.nodes.length > MOST ? ` The ${MOST} with most links are drawn.` : ""} Press a domain to see its ties.`}</span></figcaption></figure>`;
}

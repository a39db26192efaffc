// A line or bar chart with its table twin: nothing is told by the picture alone.
import { useEffect, useRef } from "preact/hooks";
import { count, day, html } from "./html.js";

// The canvas wants a plain colour, and light-dark() is only resolved where a property uses it.
function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function series(one) {
  const stroke = colour(one.colour);
  const bars = one.bars ? { paths: globalThis.uPlot.paths.bars({ size: [0.7, 40] }), fill: stroke } : {};
  return { label: one.label, stroke, width: one.bars ? 0 : 2, points: { show: false }, ...bars };
}

function draw(node, rows, lines) {
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const data = [rows.map((row) => new Date(row.at).getTime() / 1000), ...lines.map((one) => rows.map(one.drawn ?? one.value))];
  const size = { width: node.clientWidth || 600, height: 200 };
  return new globalThis.uPlot(
    { ...size, legend: { show: false }, cursor: { y: false }, axes: [axis, { ...axis, size: 44 }], series: [{}, ...lines.map(series)] },
    data, node,
  );
}

export function Chart({ title, rows, lines }) {
  const node = useRef(null);
  useEffect(() => {
    if (!rows.length) return undefined;
    let chart = draw(node.current, rows, lines);
    const place = node.current;
    const resized = new ResizeObserver(() => chart.setSize({ width: place.clientWidth || 600, height: 200 }));
    resized.observe(place);
    const theme = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => { chart.destroy(); chart = draw(place, rows, lines); };
    theme.addEventListener("change", redraw);
    return () => { resized.disconnect(); theme.removeEventListener("change", redraw); chart.destroy(); };
  }, [rows, lines]);
  if (!rows.length) return html`<p class="muted">Nothing to draw yet.</p>`;
  return html`<figure class="chart">
    <figcaption>${title} ${lines.map((one) => html`<span class="key"><i class=${one.colour.slice(2)}></i>${one.label}</span>`)}</figcaption>
    <div ref=${node} aria-hidden="true"></div>
    <details><summary>As a table</summary>
      <table><caption class="hidden">${title}</caption>
        <thead><tr><th scope="col">Day</th>${lines.map((one) => html`<th scope="col" class="number">${one.label}</th>`)}</tr></thead>
        <tbody>${rows.map((row) => html`<tr><th scope="row">${day(row.at)}</th>${lines.map((one) => html`<td class="number">${count(one.value(row))}</td>`)}</tr>`)}</tbody>
      </table>
    </details>
  </figure>`;
}

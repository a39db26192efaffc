// The months of a plan: planned beside what came, drawn and as a table.
import { useMemo } from "preact/hooks";
import { Chart } from "../chart.js";
import { count, html } from "../html.js";
import { Table } from "../pieces/table.js";

const MONTH = new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric", timeZone: "UTC" });
const LINES = [{ label: "Planned", colour: "--sea", bars: true, value: (row) => row.planned }, { label: "Promised or placed", colour: "--good", bars: true, value: (row) => row.done }];

const monthName = (month) => MONTH.format(new Date(month));

export function Months({ months }) {
  const rows = useMemo(() => months.map((one) => ({ ...one, at: one.month, done: one.promised + one.placed + one.unplanned })), [months]);
  return html`<${Chart} title="Links by month" rows=${rows} lines=${LINES} />
    <${Table} caption="The months of the plan" heads=${["Month", ["Planned", "number"], ["Open", "number"], ["Promised", "number"], ["Placed", "number"], ["Beside the plan", "number"]]}
      rows=${months.map((one) => ({ key: one.month, cells: [monthName(one.month), count(one.planned), count(one.open), count(one.promised), count(one.placed), count(one.unplanned)] }))} />`;
}

"""How an audit looks on a screen and on paper; nothing is loaded from anywhere."""

STYLE = """
:root { --ink:#17202b; --soft:#4c5866; --line:#d9dfe6; --wash:#f4f6f8; --deep:#0b4f5c;
  --good:#1c6e53; --warn:#8a5a00; --bad:#9c2f1b; }
* { box-sizing:border-box; }
html { -webkit-text-size-adjust:100%; }
body { margin:0; background:#fff; color:var(--ink);
  font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;
  font-variant-numeric:tabular-nums; }
main, header, footer { max-width:900px; margin:0 auto; padding:0 28px; }
header { padding-top:44px; }
.by { display:flex; align-items:center; gap:14px; color:var(--soft); font-size:14px; }
.by img { max-height:44px; max-width:220px; }
h1 { font-size:34px; line-height:1.15; letter-spacing:-.02em; margin:18px 0 6px; }
h2 { font-size:21px; letter-spacing:-.01em; margin:52px 0 4px; padding-top:18px;
  border-top:1px solid var(--line); }
h3 { font-size:15px; margin:26px 0 6px; }
p { margin:6px 0 12px; max-width:68ch; }
.soft, .lead { color:var(--soft); }
.lead { font-size:17px; max-width:62ch; }
.tiles { display:grid; grid-template-columns:repeat(auto-fit,minmax(128px,1fr)); gap:1px;
  margin:28px 0 0; background:var(--line); border:1px solid var(--line); border-radius:10px;
  overflow:hidden; }
.tile { background:#fff; padding:16px 18px; }
.tile b { display:block; font-size:27px; line-height:1.15; letter-spacing:-.02em; }
.tile span { color:var(--soft); font-size:13px; }
table { border-collapse:collapse; width:100%; margin:10px 0 18px; font-size:14px; }
caption { text-align:left; color:var(--soft); font-size:13px; padding:0 0 6px; }
th, td { text-align:left; padding:7px 10px 7px 0; border-bottom:1px solid var(--line);
  vertical-align:top; font-weight:400; }
thead td { border-bottom-color:#9aa6b2; }
thead th { color:var(--soft); font-size:12.5px; border-bottom-color:#9aa6b2; white-space:nowrap; }
td.n, th.n { text-align:right; white-space:nowrap; padding-right:0; padding-left:12px; }
td.bar { width:38%; padding-right:0; padding-left:12px; }
td.bar svg, .chart svg { display:block; width:100%; height:auto; }
td.bar svg { height:12px; margin-top:5px; }
.url { overflow-wrap:anywhere; }
a { color:var(--deep); }
.wide { overflow-x:auto; }
.two { display:grid; grid-template-columns:1fr 1fr; gap:0 40px; }
.finding { border-left:4px solid var(--line); padding:2px 0 2px 18px; margin:22px 0; }
.finding.high { border-color:var(--bad); } .finding.medium { border-color:#c98a12; }
.finding h3 { font-size:17px; margin:0 0 2px; }
.mark { font-size:12.5px; font-weight:600; letter-spacing:.02em; }
.high .mark { color:var(--bad); } .medium .mark { color:var(--warn); }
.low .mark { color:var(--soft); }
.finding ul { margin:8px 0 0; padding-left:18px; font-size:13.5px; }
.chart { margin:16px 0 8px; }
.key { display:flex; flex-wrap:wrap; gap:4px 20px; font-size:13px; color:var(--soft);
  padding:0; margin:0 0 10px; list-style:none; }
.key svg { margin-right:7px; vertical-align:-1px; }
.box { background:var(--wash); border-radius:10px; padding:16px 20px; margin:16px 0; }
.box p { margin:4px 0; } code { font-size:12.5px; overflow-wrap:anywhere; }
details { margin:10px 0; } summary { cursor:pointer; color:var(--deep); }
footer { color:var(--soft); font-size:13px; padding-top:30px; padding-bottom:50px; }
@media (max-width:640px) { .two { grid-template-columns:1fr; } .two > div { min-width:0; } main, header, footer { padding:0 18px; }
  header { padding-top:28px; } td.bar { display:none; } }
@page { size:A4; margin:16mm 15mm 18mm; }
@media print {
  body { font-size:10.5pt; } main, header, footer { max-width:none; padding:0; }
  h1 { font-size:25pt; } h2 { break-after:avoid; margin-top:30px; } h3 { break-after:avoid; }
  .finding, .chart, .tiles, .box, tr { break-inside:avoid; } thead { display:table-header-group; }
  .wide { overflow:visible; } .key { break-before:avoid; } caption { break-after:avoid; }
  a { color:inherit; text-decoration:none; } details { display:none; }
  * { -webkit-print-color-adjust:exact; print-color-adjust:exact; }
}
"""

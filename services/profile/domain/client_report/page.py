"""The page that a client reads: whole in itself, for screen and paper; pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.profile.domain.client_report import sections
from services.profile.domain.report.marks import PATTERNS, day, number, text
from services.profile.domain.report.page import CONTENT_POLICY
from services.profile.domain.report.style import STYLE
from shared.hostnames import shown

_STYLE = """
.said { white-space:pre-line; overflow-wrap:anywhere; border-left:4px solid var(--deep);
  padding:2px 0 2px 16px; margin:12px 0 16px; max-width:68ch; }
.lead.said { font-size:16px; color:var(--ink); }
.draft { background:#fff3d6; color:#5c3d00; padding:10px 16px; border-radius:8px; margin:18px 0 0; }
.tile small { display:block; color:var(--soft); font-size:12.5px; }
ul.plain { padding-left:18px; margin:8px 0 16px; max-width:72ch; } ul.plain li { margin:5px 0; }
h2 { margin-top:40px; } .because { color:var(--soft); font-size:12.5px; }
.take { max-width:900px; margin:0 auto; padding:16px 28px 0; display:flex; flex-wrap:wrap; justify-content:flex-end;
  gap:6px 20px; font-size:14px; color:var(--soft); }
@media (max-width:640px) { .take { padding:14px 18px 0; justify-content:flex-start; } }
.tiles + ul.plain { margin-top:14px; } ul.plain { max-width:none; } p { max-width:none; }
@media print {
  .take { display:none; }
  body { font-size:9.5pt; line-height:1.4; } h1 { font-size:20pt; margin:8px 0 4px; } h2 { margin-top:14px; padding-top:8px; font-size:14pt; }
  h3 { margin:10px 0 2px; } table { font-size:9pt; margin:4px 0 8px; } td, th { padding-top:3px; padding-bottom:3px; }
  .tiles { margin-top:10px; grid-template-columns:repeat(auto-fit,minmax(90px,1fr)); } .tile { padding:8px 10px; } .tile b { font-size:15pt; } .chart svg { max-height:46mm; }
  .draft { border:1px solid #5c3d00; } .said, li { break-inside:avoid; } ul.plain { margin:4px 0 8px; } ul.plain li { margin:2px 0; }
}
"""


def html_of(
    report: Mapping[str, Any], brand: Mapping[str, Any], *, prints: bool | None = None
) -> str:
    """Return the whole page of a report, under the name and logo of whoever sends it.

    `prints` is for a page that was given out by an address: whether a PDF of it can be had there.
    """
    content = report["content"]
    domain, label = text(shown(content["site"]["domain"])), text(content["span"]["label"])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{text(CONTENT_POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Links to {domain}, {label}</title>"
        f"<style>{STYLE}{_STYLE}</style></head><body>"
        f"{PATTERNS}{_take_along(prints)}{_header(report, brand)}<main>{''.join(_body(report))}</main>{_footer(report, brand)}"
        "</body></html>\n"
    )


def ended_page() -> str:
    """Return what whoever opens an address reads that does not work any more."""
    return told_page(
        "This address has ended",
        "The report that it showed may still be there. Ask whoever sent you the address for a new one.",
    )


def told_page(title: str, sentence: str) -> str:
    """Return a page that says one thing in plain words."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{text(CONTENT_POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title><style>{STYLE}</style></head><body><header>"
        f"<h1>{text(title)}</h1></header><main><p>{text(sentence)}</p></main></body></html>\n"
    )


def _take_along(prints: bool | None) -> str:
    """Return the ways to keep what is shown; nothing where the page is not behind an address."""
    if prints is None:
        return ""
    table = '<a href="?format=csv">Table (CSV)</a>'
    if prints:
        pdf = '<a href="?format=pdf">PDF</a>'
    else:
        pdf = "<span>For a PDF print this page from your browser.</span>"
    return f'<nav class="take" aria-label="Take it along">{pdf}{table}</nav>'


def _header(report: Mapping[str, Any], brand: Mapping[str, Any]) -> str:
    content = report["content"]
    logo = f'<img src="{text(brand["logo"])}" alt="">' if brand.get("logo") else ""
    summary = report["texts"]["summary"]
    return (
        f'<header><div class="by">{logo}<span>{text(brand.get("name") or "Anchorwatch")}</span></div>'
        f"<h1>Links to {text(shown(content['site']['domain']))}</h1>"
        f'<p class="soft">{text(content["span"]["label"])}, compared with'
        f" {text(content['before']['label'])}. Figures as of {day(content['made_at'])}; days are UTC.</p>"
        f"{_standing(report)}"
        f"{_written(summary, 'lead said') if summary else ''}</header>"
    )


def _standing(report: Mapping[str, Any]) -> str:
    if report["state"] == "draft":
        return '<p class="draft"><b>Draft.</b> Not approved yet; only the team sees it.</p>'
    if report["replaced_by"]:
        return '<p class="draft"><b>There is a newer version of this report.</b> It corrects this one.</p>'
    return ""


def _written(words: str, look: str) -> str:
    return f'<p class="{look}">{text(words)}</p>'


def _body(report: Mapping[str, Any]) -> Iterable[str]:
    content, comments = report["content"], report["texts"]["comments"]
    for section, write in sections.ALL:
        comment = comments.get(section)
        said = _written(comment, "said") if comment else ""
        yield sections.framed(section, said, write(content))
    yield sections.missing(content)


def _footer(report: Mapping[str, Any], brand: Mapping[str, Any]) -> str:
    name = brand.get("name")
    by = f"Prepared by {text(name)}." if name else "Made with Anchorwatch."
    approved = ""
    if report["state"] == "approved":
        approved = (
            f" Approved on {day(report['approved_at'])} by {text(report['approved_by'])};"
            f" it has not changed since. Fingerprint: <code>{text(report['whole_hash'])}</code>"
        )
    edition = report["edition"]
    corrects = f", version {number(edition)}, a correction" if edition > 1 else ""
    return (
        f"<footer><p>{by} Report no. {number(report['number'])}{corrects}.{approved}</p>"
        f"<p>Fingerprint of the inputs: <code>{text(report['inputs_hash'])}</code></p></footer>"
    )

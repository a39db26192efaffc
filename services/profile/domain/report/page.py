"""The page of an audit, section by section."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.profile.domain.report import marks, sections
from services.profile.domain.report.marks import count_of, day, number, text
from services.profile.domain.report.style import STYLE
from shared.hostnames import shown

# Nothing may be loaded; a logo comes with the page.
CONTENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    " form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class Brand:
    """Under whose name a report goes out: a name, and a logo as data."""

    name: str | None = None
    logo: str | None = None


def html_of(report: Mapping[str, Any], brand: Brand) -> str:
    """Return the whole page."""
    domain = text(shown(report["site"]["domain"]))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{text(CONTENT_POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Link audit of {domain}, {day(report['created_at'])}</title>"
        f"<style>{STYLE}</style></head><body>"
        f"{marks.PATTERNS}{_header(report, brand)}<main>{''.join(_body(report))}</main>{_footer(report, brand)}"
        "</body></html>\n"
    )


def _header(report: Mapping[str, Any], brand: Brand) -> str:
    name = brand.name or "Anchorwatch"
    logo = f'<img src="{text(brand.logo)}" alt="">' if brand.logo else ""
    return (
        f'<header><div class="by">{logo}<span>{text(name)}</span></div>'
        f"<h1>Links to {text(shown(report['site']['domain']))}</h1>"
        f'<p class="soft">Audit no. {report["number"]}, as of {day(report["created_at"])}, '
        f"{report['created_at'][11:16]} UTC</p>"
        f'<p class="lead">{_summary(report)}</p></header>'
    )


def _summary(report: Mapping[str, Any]) -> str:
    totals, findings = report["totals"], report["findings"]
    present, domains = totals["links_present"], totals["referring_domains"]
    if not totals["links"]:
        return "No link to this site is known yet. Import a list of links to begin."
    urgent = sum(1 for one in findings if one["severity"] == "high")
    rest = len(findings) - urgent
    said = (
        f"{count_of(present, 'link')} from {count_of(domains, 'domain')} "
        f"{'is' if present == 1 else 'are'} in place; "
        f"{number(totals['links_counting'])} of them count for search engines. "
    )
    if not findings:
        return said + "We found nothing that needs you."
    if not urgent:
        return said + f"Nothing is urgent; {count_of(rest, 'thing')} worth a look."
    worth = (
        f", {count_of(rest, 'more')[:-1] if rest > 1 else '1 more'} worth a look" if rest else ""
    )
    return said + f"{count_of(urgent, 'thing')} to act on{worth}."


def _body(report: Mapping[str, Any]) -> Iterable[str]:
    yield _tiles(report)
    yield sections.findings(report)
    yield sections.statuses(report)
    yield sections.health(report)
    yield sections.growth(report)
    yield sections.domains(report)
    yield sections.pages(report)
    yield sections.anchors(report)
    yield sections.kinds(report)
    yield sections.sources(report)
    yield sections.toxicity(report)
    yield sections.basis(report)


def _tiles(report: Mapping[str, Any]) -> str:
    totals, health = report["totals"], report.get("health")
    tiles = [
        (number(totals["referring_domains"]), "referring domains"),
        (number(totals["links_present"]), "links in place"),
        (number(totals["links_counting"]), "count for SEO"),
        (f"+{totals['gained_30d']:,}", f"gained in 30 days{sections.known_up_to(report)}"),
        (f"{marks.MINUS}{totals['lost_30d']:,}", "lost in 30 days"),
    ]
    if health and health["score"] is not None:
        tiles.append((f"{health['score']}", "health, of 100"))
    cells = "".join(
        f'<div class="tile"><b>{value}</b><span>{text(label)}</span></div>'
        for value, label in tiles
    )
    return f'<div class="tiles">{cells}</div>'


def _footer(report: Mapping[str, Any], brand: Brand) -> str:
    by = f"Prepared by {text(brand.name)}" if brand.name else "Made with Anchorwatch"
    figures = report.get("figures", ())
    rows = [
        (text(one["label"]), number(one["count"]), f"<code>{text(one['list_url'])}</code>")
        for one in figures
    ]
    lists = ""
    if rows:
        lists = (
            f"<details><summary>All {len(rows)} figures, each with the list that it counts</summary>"
            f"{marks.table(('Figure', '#Count', 'List'), rows)}</details>"
        )
    return f"<footer>{lists}<p>{by}.</p></footer>"

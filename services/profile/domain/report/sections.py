"""The sections of an audit's page: each says in a sentence what its figures mean."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.profile.domain.imports.labels import DIALECT_LABELS
from services.profile.domain.report import marks
from services.profile.domain.report.marks import (
    BAD,
    DEEP,
    GOOD,
    GREY,
    PALE,
    WARN,
    bar,
    count_of,
    day,
    number,
    page_link,
    percent,
    text,
)
from shared import place_words
from shared.hostnames import shown

Report = Mapping[str, Any]
_SHOWN = 12
_READ_AS = {dialect.value: label for dialect, label in DIALECT_LABELS.items()}
_SEVERITIES = {"high": "Act on this", "medium": "Worth a look", "low": "Good to know"}
_COLOURS = {
    "live": GOOD,
    "changed": WARN,
    "lost": BAD,
    "not_found": marks.VIOLET,
    "unknown": GREY,
    "pending": PALE,
}


def _section(title: str, *parts: str) -> str:
    return f"<section><h2>{text(title)}</h2>{''.join(parts)}</section>"


def _group(report: Report, name: str) -> list[Mapping[str, Any]]:
    return [one for one in report.get("figures", ()) if one["group"] == name]


def _rows(figures: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    return [(one["label"], one["count"]) for one in figures if one["count"]]


def findings(report: Report) -> str:
    """Return what was found and what to do, the gravest first."""
    found = report["findings"]
    if not found:
        return _section("What to do", "<p>Nothing needs you. Look again in a month.</p>")
    return _section("What to do", *(_finding(one) for one in found))


def _finding(one: Mapping[str, Any]) -> str:
    pages = [
        page_link(link["referring_url"]) + f"<br>{text(link['sentence'])}"
        if "referring_url" in link
        else page_link(link["target_url"])
        for link in one["evidence"]
        if "referring_url" in link or "target_url" in link
    ]
    more = one["count"] - len(pages)
    if pages and more > 0:
        pages.append(f"and {count_of(more, 'more').removesuffix('s')}")
    shown = "".join(f"<li>{page}</li>" for page in pages)
    return (
        f'<div class="finding {one["severity"]}">'
        f'<span class="mark">{_SEVERITIES[one["severity"]]}</span>'
        f"<h3>{text(one['sentence'])}</h3><p>{text(one['todo'])}</p>"
        f"{f'<ul>{shown}</ul>' if shown else ''}</div>"
    )


def statuses(report: Report) -> str:
    """Return how the links stand, and why those stand badly that do."""
    figures = _group(report, "statuses")
    parts = [
        (one["label"], one["count"], _COLOURS[one["code"].removeprefix("status_")])
        for one in figures
    ]
    whole = sum(count for _, count, _ in parts)
    reasons = [(one["label"], one["count"]) for one in report["reasons"][:_SHOWN]]
    why = marks.shares(reasons, whole=whole, what="Reason", colour=GREY) if reasons else ""
    return _section(
        "Where the links stand",
        "<p>A link is only called gone after a second look confirmed it. Where we could not look, "
        "nothing is known to be wrong.</p>",
        marks.stacked(parts, title="Links by status"),
        marks.shares(_rows(figures), whole=whole, what="Status"),
        f"<h3>Why, most often</h3>{why}" if why else "",
    )


def health(report: Report) -> str:
    """Return the score with what each part takes from 100."""
    found = report.get("health")
    if not found:
        return ""
    rows = [("Start", "", "", "100")]
    rows += [
        (
            text(part["label"]),
            percent(part["share"]),
            f"{part['weight']}",
            f"{marks.MINUS}{part['points']:g}" if part["points"] else "0",
        )
        for part in found["parts"]
    ]
    if found["score"] is not None:
        rows.append(("Health, rounded", "", "", f"<b>{found['score']}</b>"))
    return _section(
        "Health",
        f"<p>{text(found['sentence'])} Each part takes its weight times the share of the links "
        "that it is true of. The weights are ours and say nothing of what a search engine does.</p>",
        marks.table(("Part", "#Share", "#Weight", "#Points"), rows),
    )


def known_up_to(report: Report) -> str:
    """Return until when a figure about new links can be known, as an addition to its label."""
    known = report["velocity"]["known_up_to"]
    return f"; new links known up to {day(known)}" if known else "; no source tells of new links"


def growth(report: Report) -> str:
    """Return what came and went, and until when that can be known."""
    velocity = report["velocity"]
    months = velocity["months"]
    known = velocity["known_up_to"]
    until = (
        f"New links can be known up to {day(known)}; later ones come with the next import."
        if known
        else "No source tells of new links yet, so only losses can be seen."
    )
    rows = [
        (
            f"{day(month['at'])[2:]}",
            number(month["gained_links"]),
            number(month["recovered_links"]),
            number(month["lost_links"]),
            f"{month['net_links']:+,}",
            number(month["gained_domains"]),
            number(month["lost_domains"]),
        )
        for month in months
    ]
    head = ("Month", "#Gained", "#Back", "#Lost", "#Net", "#Domains gained", "#Domains lost")
    return _section(
        "Growth",
        f"<p>{until} Links that an import brought without a date count as known, not as gained.</p>",
        marks.growth(months),
        marks.table(head, rows),
    )


def domains(report: Report) -> str:
    """Return how many domains, hosts, addresses and blocks the links come from."""
    figures = [one for one in _group(report, "domains") if one["count"]]
    rows = [(text(one["label"]), number(one["count"])) for one in figures]
    wide = report.get("sitewide", ())
    sitewide = ""
    if wide:
        sitewide = "<h3>Linking from many pages</h3>" + marks.table(
            ("Domain", "#Links", "#Pages to one page of yours"),
            [
                (text(shown(one["domain"])), number(one["links"]), number(one["pages"]))
                for one in wide[:_SHOWN]
            ],
            caption="A footer or menu, mostly. Each of them counts once among the domains.",
        )
    return _section(
        "Referring domains",
        "<p>One domain with a thousand links is one voice. Addresses and C-blocks show how many "
        "different machines and networks the links come from; pages that no look has reached since "
        "we note addresses are not among them.</p>",
        marks.table(("What", "#Count"), rows) if rows else '<p class="soft">None yet.</p>',
        sitewide,
    )


def pages(report: Report) -> str:
    """Return which pages of the site earn links, and which lose them."""
    rows = report["targets"]
    earning = [row for row in rows if row["links_present"]][:_SHOWN]
    losing = sorted((row for row in rows if row.get("lost_90d")), key=lambda row: -row["lost_90d"])[
        :_SHOWN
    ]
    most = max([1, *(row["referring_domains"] for row in earning)])
    parts = [
        marks.table(
            ("Page of yours", "#Domains", "#Links", "#Gained, 90 days", ""),
            [
                (
                    page_link(row["target_url"]) + _broken(row),
                    number(row["referring_domains"]),
                    number(row["links_present"]),
                    number(row.get("gained_90d")),
                    bar(row["referring_domains"] / most, DEEP),
                )
                for row in earning
            ],
        )
        if earning
        else '<p class="soft">No link in place has a known target yet.</p>'
    ]
    if losing:
        parts.append("<h3>Losing most</h3>")
        parts.append(
            marks.table(
                ("Page of yours", "#Lost, 90 days", "#Still there"),
                [
                    (
                        page_link(row["target_url"]) + _broken(row),
                        number(row["lost_90d"]),
                        number(row["links_present"]),
                    )
                    for row in losing
                ],
            )
        )
    return _section("Pages that earn links", *parts)


def _broken(row: Mapping[str, Any]) -> str:
    if not row["broken"]:
        return ""
    status = f" (answers {row['http_status']})" if row["http_status"] else ""
    return f'<br><span style="color:#9c2f1b">Does not answer well{status}</span>'


def anchors(report: Report) -> str:
    """Return what the links say."""
    found = report["anchors"]
    texts = [
        (
            text(one["text"] or "(no text)"),
            number(one["domains"]),
            number(one["links"]),
        )
        for one in found["top"][:_SHOWN]
    ]
    return _section(
        "What the links say",
        f"<p>{text(found['sentence'])} The marked bands are what new links should aim at; they are "
        "no alarm. Each domain counts once for each kind of anchor.</p>",
        marks.bands(found["groups"]),
        marks.table(("Anchor", "#Domains", "#Links"), texts) if texts else "",
    )


def kinds(report: Report) -> str:
    """Return how the links are marked, and where on their pages they stand."""
    present = report["totals"]["links_present"]
    rel = marks.shares(_rows(_group(report, "rel")), whole=present, what="Marked as")
    places = marks.shares(_rows(_group(report, "positions")), whole=present, what="Place")
    return _section(
        "How the links are made",
        '<div class="two"><div><h3>Followed or not</h3>',
        rel,
        "</div><div><h3>Place on the page</h3>",
        places,
        "</div></div>",
    )


def sources(report: Report) -> str:
    """Return the languages, countries and platforms that the links come from."""
    present = report["totals"]["links_present"]
    parts = []
    for group, title in (("lang", "Language"), ("country", "Country"), ("platform", "Made with")):
        rows = _shortened(_rows(_group(report, group)), 8)
        parts.append(f"<h3>{title}</h3>{marks.shares(rows, whole=present, what=title)}")
    return _section(
        "Where the links come from",
        "<p>As the pages say it themselves: by the ending of their host, the language that they "
        f"name and the software that they show. We guess nothing; the rest is {place_words.UNKNOWN.lower()}.</p>",
        *parts,
    )


def _shortened(rows: Sequence[tuple[str, int]], most: int) -> list[tuple[str, int]]:
    if len(rows) <= most:
        return list(rows)
    rest = sum(count for _, count in rows[most - 1 :])
    return [*rows[: most - 1], (f"{len(rows) - most + 1} others", rest)]


def toxicity(report: Report) -> str:
    """Return the density that is worth action and, apart, the junk that search engines ignore."""
    found = report["toxicity"]
    judged, worth = found["judged"], found["worth_action"]
    if not judged:
        return _section("Unnatural links", "<p>Not enough was seen of any link to judge it.</p>")
    said = (
        f"<p><b>{percent(worth['share'])}</b> of the {count_of(judged, 'link')} that could be judged "
        f"({number(worth['links'])}) {'is' if worth['links'] == 1 else 'are'} worth action. "
        "That a link looks odd proves nothing: a person decides, and doing nothing is often right.</p>"
    )
    ignored = found.get("ignored_by_search_engines")
    rest = (
        f'<p class="soft">Another {percent(ignored["share"])} ({number(ignored["links"])}) is junk '
        "that search engines ignore by themselves; nothing needs to be done about it.</p>"
        if ignored
        else ""
    )
    return _section("Unnatural links", said, rest)


def basis(report: Report) -> str:
    """Return what the audit stands on, so that anybody can make it again."""
    files = [
        (
            text(row["file"]),
            text(_READ_AS.get(row["dialect"], "Not recognised")),
            number(row["rows"]),
            number(row["accepted"]),
            number(row["duplicates"]),
            number(row["rejected"]),
            day(row["ended_at"]),
        )
        for row in report["imports"]
    ]
    head = ("File", "Read as", "#Rows", "#Accepted", "#Twice", "#Not readable", "Read on")
    return _section(
        "What this stands on",
        marks.table(head, files) if files else "<p>No file was imported.</p>",
        '<div class="box"><p>The same links, words and files give the same fingerprint, whoever '
        "makes the audit and whenever.</p>"
        f"<p>Fingerprint of the inputs: <code>{text(report['inputs_hash'])}</code></p>"
        f"<p>Rules: <code>{text(report['model'])}</code></p></div>",
    )

"""The sections of a client's report as it is read: a sentence first, then figures and names; pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from services.profile.domain.report import marks
from services.profile.domain.report.marks import (
    DEEP,
    bar,
    count_of,
    day,
    number,
    page_link,
    percent,
    text,
)
from shared.hostnames import shown
from shared.report_words import TITLES, Section

Content = Mapping[str, Any]
SHOWN = 5
"""Links of one kind that the page names."""
_TILES = ("links", "domains", "gained", "lost", "won_back")
_STOCKS = ("links", "domains")
_MINUS = marks.MINUS


def framed(section: Section, said: str, inner: str) -> str:
    """Return one section with its title and what a person says to it."""
    return f"<section><h2>{text(TITLES[section])}</h2>{said}{inner}</section>"


def _figures(content: Content) -> dict[str, Mapping[str, Any]]:
    results = content["results"]
    return {one["code"]: one for one in (*results["stocks"], *results["flows"])}


def _shown_number(value: float | None, unit: str) -> str:
    if value is None:
        return marks.NOTHING
    return f"{value:,.1f}" if unit == "value" else f"{value:,.0f}"


def results(content: Content) -> str:
    """Return the figures against those before, and the months."""
    figures = _figures(content)
    agreed = content["placements"]
    tiles = "".join(_tile(figures[code]) for code in _TILES)
    if agreed["share"] is not None:
        small = f"{number(agreed['live'])} of {number(agreed['agreed'])}"
        tiles += f'<div class="tile"><b>{percent(agreed["share"])}</b><span>of agreed links in place</span><small>{small}</small></div>'
    remarks = "".join(f"<li>{text(one)}</li>" for one in content["remarks"])
    months = content["results"]["months"]
    return (
        f'<div class="tiles">{tiles}</div>'
        + (f'<ul class="plain">{remarks}</ul>' if remarks else "")
        + (marks.growth(months, told=False) if len(months) > 1 else "")
        + _stocks(content)
        + _flows(content)
    )


def _tile(one: Mapping[str, Any]) -> str:
    return (
        f'<div class="tile"><b>{_shown_number(one["now"], one["unit"])}</b>'
        f"<span>{text(one['label'].lower())}</span><small>{_against(one)}</small></div>"
    )


def _against(one: Mapping[str, Any]) -> str:
    """Say how a figure stands against the one before, or why nobody can say."""
    if one["now"] is None:
        return text(one["because"] or "")
    if one["before"] is None:
        return "no comparison yet"
    before = _shown_number(one["before"], one["unit"])
    return f"from {before}" if one["code"] in _STOCKS else f"before: {before}"


def figures_said(content: Content) -> Iterator[str]:
    """Return the first figures of the page in words, for a mail."""
    figures = _figures(content)
    for code in _TILES:
        one = figures[code]
        if one["now"] is not None:
            now = _shown_number(one["now"], one["unit"])
            compared = "" if one["before"] is None else f" ({_against(one)})"
            yield f"{one['label']}: {now}{compared}"


def _stocks(content: Content) -> str:
    return _compared(
        content["results"]["stocks"],
        ("Stands", "#At the end", "#At the beginning", "#Change"),
        caption="The value of an ordinary followed link is 1; links as they were rated when this was made.",
    )


def _flows(content: Content) -> str:
    head = ("Moved", f"#{content['span']['label']}", f"#{content['before']['label']}", "#Change")
    return _compared(content["results"]["flows"], head)


def _compared(
    figures: Sequence[Mapping[str, Any]], head: tuple[str, ...], *, caption: str = ""
) -> str:
    no_comparison = _same_reason(figures)
    if no_comparison is not None:
        caption = " ".join(filter(None, (caption, f"No comparison: {no_comparison}")))
    rows = [
        (
            text(one["label"]) + _because(one, no_comparison),
            _shown_number(one["now"], one["unit"]),
            _shown_number(one["before"], one["unit"]),
            _change(one),
        )
        for one in figures
    ]
    return marks.table(head, rows, caption=caption)


def _same_reason(figures: Sequence[Mapping[str, Any]]) -> str | None:
    """Return why none of these can be compared, where it is the same for all: it is said once."""
    found = {one["before_because"] for one in figures}
    return found.pop() if len(found) == 1 else None


def _because(one: Mapping[str, Any], said_already: str | None) -> str:
    why = one["because"] or one["before_because"]
    if why == said_already:
        return ""
    return f'<br><span class="because">{text(why)}</span>' if why else ""


def _change(one: Mapping[str, Any]) -> str:
    change = one["change"]
    if change is None:
        return marks.NOTHING
    size = _shown_number(abs(change), one["unit"])
    return size if not change else f"{'+' if change > 0 else _MINUS}{size}"


_MOVES = (
    ("gained", "Gained", "No link that came up in these days is known."),
    ("lost", "Lost, confirmed by a second look", "No link was lost."),
    ("won_back", "Won back", "No lost link came back."),
    ("changed", "Changed", "No link changed."),
)


def links(content: Content) -> str:
    """Return which links moved, those that are worth most first."""
    found = content["links"]
    figures = _figures(content)
    said = "".join(f"<li>{text(one)}</li>" for one in found["sentences"])
    return (
        _balance(found["balance"])
        + (f'<ul class="plain">{said}</ul>' if said else "")
        + "".join(
            _moved(title, nothing, found[move], figures[move]) for move, title, nothing in _MOVES
        )
    )


def _balance(balance: Mapping[str, int] | None) -> str:
    if balance is None:
        return ""
    parts = [
        f"{number(balance['start'])} at the beginning",
        f"+ {number(balance['first_seen'])} seen in place for the first time",
        f"+ {number(balance['won_back'])} won back",
        f"{_MINUS} {number(balance['lost'])} lost",
    ]
    otherwise = balance["otherwise"]
    if otherwise:
        sign = "+" if otherwise > 0 else _MINUS
        parts.append(f"{sign} {number(abs(otherwise))} by a person's word")
    return f"<p>{' '.join(parts)} = <b>{number(balance['end'])} at the end</b>.</p>"


def _moved(title: str, nothing: str, found: Mapping[str, Any], figure: Mapping[str, Any]) -> str:
    head = f"<h3>{text(title)}: {number(found['count']) if figure['now'] is not None else marks.NOTHING}</h3>"
    if figure["now"] is None:
        return f'{head}<p class="soft">{text(figure["because"] or nothing)}</p>'
    if not found["count"]:
        return f'<h3>{text(title)}</h3><p class="soft">{text(nothing)}</p>'
    items = found["items"][:SHOWN]
    rows = [
        (
            page_link(one["referring_url"]) + _what(one),
            text(one["anchor_text"] or ""),
            day(one["at"]),
        )
        for one in items
    ]
    more = found["count"] - len(items)
    rest = f'<p class="soft">And {number(more)} more.</p>' if more > 0 else ""
    return head + marks.table(("Page that links", "Says", "#On"), rows) + rest


def _what(one: Mapping[str, Any]) -> str:
    said = one["sentence"]
    if not said and not one["present"]:
        said = "It is not there any more."
    return f'<br><span class="because">{text(said)}</span>' if said else ""


def placements(content: Content) -> str:
    """Return how many of the agreed links stand."""
    return f"<p>{text(content['placements']['sentence'])}</p>"


def anchors(content: Content) -> str:
    """Return what the links say, against what new links should aim at."""
    found = content["anchors"]
    warnings = "".join(
        f"<li>{text(one['sentence'])} {text(one['todo'])}</li>" for one in found["warnings"]
    )
    overlap = ""
    if found["overlap"]:
        names = ", ".join(found["overlap"])
        overlap = f'<p class="soft">Brand and keyword overlap, and cannot be told apart: {text(names)}.</p>'
    return (
        f"<p>As of {day(content['made_at'])}: {text(found['sentence'])} The marked bands are what new links should aim at; they are no"
        " alarm. Each domain counts once for each kind.</p>"
        + (f'<ul class="plain">{warnings}</ul>' if warnings else "")
        + marks.bands(found["groups"])
        + overlap
    )


def unnatural(content: Content) -> str:
    """Return what is worth action; what search engines ignore by themselves is left out."""
    found = content["unnatural"]
    rows = [
        (
            f"Counted on {day(one['counted_on'])}",
            number(one["judged"]),
            number(one["links"]),
            percent(one["share"]) if one["share"] is not None else marks.NOTHING,
            bar(one["share"] or 0.0, DEEP),
        )
        for one in found["months"]
    ]
    table = marks.table(("When", "#Judged", "#Worth action", "#Share", ""), rows) if rows else ""
    return f"<p>As of {day(content['made_at'])}: {text(found['sentence'])}</p>{table}"


def work(content: Content) -> str:
    """Return what was done."""
    items = "".join(f"<li>{text(one['sentence'])}{_names(one)}</li>" for one in content["work"])
    if items:
        return f'<ul class="plain">{items}</ul>'
    nothing = "Nothing was noted in these days."
    if content["degraded"]:
        nothing = "Nothing is known of it yet; see below what is missing."
    return f"<p>{nothing}</p>"


def _names(one: Mapping[str, Any]) -> str:
    names = one["names"]
    if not names:
        return ""
    links_ = ", ".join(page_link(name) if "/" in name else text(shown(name)) for name in names)
    more = one["count"] - len(names)
    rest = f" and {count_of(more, 'more', 'more')}" if more > 0 else ""
    return f'<br><span class="because">{links_}{rest}</span>'


def steps(content: Content) -> str:
    """Return what waits, and what is to be done about it."""
    items = "".join(
        f"<li>{text(one['sentence'])} {text(one['next'])}</li>" for one in content["next"]
    )
    if not items:
        return "<p>Nothing waits.</p>"
    return f'<p class="soft">As of {day(content["made_at"])}.</p><ul class="plain">{items}</ul>'


def missing(content: Content) -> str:
    """Return what this report lacks."""
    said = "".join(f"<li>{text(one['sentence'])}</li>" for one in content["degraded"])
    if not said:
        return ""
    return f'<section><h2>What is missing here</h2><ul class="plain">{said}</ul></section>'


# First what everybody reads, then the particulars.
ALL: tuple[tuple[Section, Callable[[Content], str]], ...] = (
    (Section.RESULTS, results),
    (Section.WORK, work),
    (Section.NEXT, steps),
    (Section.PLACEMENTS, placements),
    (Section.LINKS, links),
    (Section.ANCHORS, anchors),
    (Section.UNNATURAL, unnatural),
)

"""The small parts that an audit's page is put together from: text, tables, bars, charts; pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Any

VIOLET = "#6a5a91"
GOOD, WARN, BAD, DEEP, GREY, PALE = (
    *("#1c6e53", "#b87d0c", "#b4452c", "#0b4f5c"),
    *("#7d8996", "#c5ccd4"),
)
_HATCHES = {
    WARN: ("warn", "M0 3H6", 2.2),
    BAD: ("bad", "M-1 1L1 -1M0 6L6 0M5 7L7 5", 2.0),
    VIOLET: ("violet", "M0 3H6M3 0V6", 1.1),
    GREY: ("grey", "M3 0V6", 1.6),
}
"""By colour: what is drawn into it in white, so that parts can be told apart on grey paper, too."""
PATTERNS = (
    '<svg width="0" height="0" style="position:absolute" aria-hidden="true" focusable="false"><defs>'
    + "".join(
        f'<pattern id="hatch-{name}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{colour}"/>'
        f'<path d="{path}" stroke="#fff" stroke-opacity=".75" stroke-width="{width}"/></pattern>'
        for colour, (name, path, width) in _HATCHES.items()
    )
    + "</defs></svg>"
)
"""Stands once in a page with charts."""
MINUS, NOTHING = "\N{MINUS SIGN}", "\N{EN DASH}"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def text(value: object) -> str:
    """Return anything as text that is safe between tags and in attributes."""
    return escape(str(value), quote=True)


def number(value: int | None) -> str:
    """Return a count as people write it."""
    return NOTHING if value is None else f"{value:,}"


def percent(share: float) -> str:
    """Return a share; what is not nothing is not shown as nothing."""
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"


def count_of(value: int, one: str, many: str | None = None) -> str:
    """Return a count with its word: 1 link, 2 links."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def day(moment: str | datetime | date) -> str:
    """Return a date as `3 Nov 2026`."""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def page_link(url: str | None) -> str:
    """Return a URL that can be clicked where it is one of the web, else as plain text."""
    if url is None:
        return "a page not known yet"
    shown = text(url)
    if not url.startswith(("http://", "https://")):
        return f'<span class="url">{shown}</span>'
    return f'<a class="url" rel="noreferrer noopener nofollow" href="{shown}">{shown}</a>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str = "") -> str:
    """Return a table; a column whose head begins with `#` holds numbers. Cells are HTML already."""
    classes = [' class="n"' if name.startswith("#") else "" for name in head]
    heads = "".join(
        f'<th scope="col"{one}>{text(name.removeprefix("#"))}</th>' if name else "<td></td>"
        for name, one in zip(head, classes, strict=True)
    )
    body = "".join(
        "<tr>"
        f'<th scope="row">{row[0]}</th>'
        + "".join(
            cell if cell.startswith("<td") else f"<td{one}>{cell}</td>"
            for cell, one in zip(row[1:], classes[1:], strict=True)
        )
        + "</tr>"
        for row in rows
    )
    title = f"<caption>{text(caption)}</caption>" if caption else ""
    inner = f"{title}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"
    # Where it is wider than the screen it scrolls by itself, with the keyboard too.
    return f'<div class="wide" tabindex="0"><table>{inner}</table></div>'


def bar(share: float, colour: str) -> str:
    """Return a cell with a bar of a share; the number stands beside it, so readers skip it."""
    width = max(0.6, 100 * min(share, 1.0)) if share else 0
    return (
        '<td class="bar"><svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="100" height="12" rx="1" fill="#eef1f4"/>'
        f'<rect width="{width:.1f}" height="12" rx="1" fill="{colour}"/></svg></td>'
    )


def shares(
    rows: Sequence[tuple[str, int]], *, whole: int, what: str, colour: str = DEEP, caption: str = ""
) -> str:
    """Return counts as a table of shares with bars, each of the whole."""
    if not rows:
        return '<p class="soft">Nothing to show.</p>'
    return table(
        (what, "#Count", "#Share", ""),
        [
            (
                text(label),
                number(count),
                percent(count / whole if whole else 0),
                bar(count / whole if whole else 0, colour),
            )
            for label, count in rows
        ],
        caption=caption,
    )


def fill(colour: str) -> str:
    """Return what a part of a chart is filled with: its colour, hatched where greys would look alike."""
    hatch = _HATCHES.get(colour)
    return colour if hatch is None else f"url(#hatch-{hatch[0]})"


def stacked(parts: Sequence[tuple[str, int, str]], *, title: str) -> str:
    """Return one bar made of parts, with its key."""
    whole = sum(count for _, count, _ in parts)
    if not whole:
        return ""
    at, rects = 0.0, []
    for _, count, colour in parts:
        width = 900 * count / whole
        rects.append(f'<rect x="{at:.1f}" width="{width:.1f}" height="30" fill="{fill(colour)}"/>')
        at += width
    said = ", ".join(f"{label} {count:,}" for label, count, _ in parts if count)
    return (
        f'<div class="chart"><svg viewBox="0 0 900 30" role="img" aria-label="{text(f"{title}: {said}")}">'
        f"{''.join(rects)}</svg></div>"
        + key((label, colour) for label, count, colour in parts if count)
    )


def key(parts: Iterable[tuple[str, str]]) -> str:
    """Return the key of a chart."""
    items = "".join(
        f'<li><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" rx="2"'
        f' fill="{fill(colour)}"/></svg>{text(label)}</li>'
        for label, colour in parts
    )
    return f'<ul class="key">{items}</ul>'


_HEAD = 20


def growth(months: Sequence[Mapping[str, Any]], *, told: bool = True) -> str:
    """Return what came (up) and went (down) month by month; `told`: a table with it stands below."""
    ups = [month["gained_links"] + month["recovered_links"] for month in months]
    most = max([1, *ups, *(month["lost_links"] for month in months)])
    half, step = 96, 900 / max(1, len(months))
    pieces = [f'<line x1="0" x2="900" y1="{half + _HEAD}" y2="{half + _HEAD}" stroke="#9aa6b2"/>']
    for place, month in enumerate(months):
        x, width = place * step + step * 0.2, step * 0.6
        middle = place * step + step / 2
        pieces += _column(x, width, half + _HEAD, -half * ups[place] / most, DEEP, ups[place])
        lost = month["lost_links"]
        pieces += _column(x, width, half + _HEAD, half * lost / most, BAD, lost)
        at = date.fromisoformat(month["at"])
        label = f"{_MONTHS[at.month - 1]}{f' {at:%y}' if at.month == 1 or place == 0 else ''}"
        pieces.append(_label(middle, 2 * half + 52, label, "#4c5866"))
    said = (
        f"Links gained and lost in each of {len(months)} months; the table below has the numbers."
        if told
        else "; ".join(_moved(month) for month in months)
    )
    return (
        f'<div class="chart"><svg viewBox="0 0 900 {2 * half + 58}" role="img" aria-label="{said}">'
        f"{''.join(pieces)}</svg></div>"
        + key((("Up: gained or back", DEEP), ("Down: lost, confirmed", BAD)))
    )


def _moved(month: Mapping[str, Any]) -> str:
    came = month["gained_links"] + month["recovered_links"]
    at = date.fromisoformat(month["at"])
    return (
        f"{_MONTHS[at.month - 1]} {at.year}: {came:,} gained or back, {month['lost_links']:,} lost"
    )


def _column(
    x: float, width: float, zero: float, height: float, colour: str, value: int
) -> list[str]:
    if not value:
        return []
    top = min(zero, zero + height)
    beside = zero + height + (15 if height > 0 else -5)
    column = (
        f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{abs(height):.1f}" rx="2"'
        f' fill="{fill(colour)}"/>'
    )
    return [column, _label(x + width / 2, beside, f"{value:,}", "#17202b")]


def _label(x: float, y: float, words: str, colour: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-size="12.5" fill="{colour}">'
        f"{text(words)}</text>"
    )


def bands(groups: Sequence[Mapping[str, Any]]) -> str:
    """Return the share of each group of anchors before the band that new links aim at."""
    most = max([0.5, *(group["by_domain"] for group in groups)])
    pieces = []
    for place, group in enumerate(groups):
        y = place * 46
        low, high = (200 + 640 * group[end] / most for end in ("low", "high"))
        wide = 640 * group["by_domain"] / most
        pieces.append(
            f'<text x="0" y="{y + 25}" font-size="14" fill="#17202b">{text(group["label"])}</text>'
            f'<rect x="200" y="{y + 6}" width="640" height="30" rx="3" fill="#f4f6f8"/>'
            f'<rect x="{low:.1f}" y="{y + 6}" width="{high - low:.1f}" height="30" fill="#cfe3e3"'
            ' stroke="#4c5866" stroke-width=".8" stroke-dasharray="3 3"/>'
            f'<rect x="200" y="{y + 14}" width="{wide:.1f}" height="14" rx="2" fill="{DEEP}"/>'
            f'<text x="{min(200 + wide + 8, 850):.1f}" y="{y + 26}" font-size="13" fill="#17202b">'
            f"{percent(group['by_domain'])}</text>"
        )
    said = "; ".join(
        f"{group['label']} {percent(group['by_domain'])}, new links aim at"
        f" {percent(group['low'])} to {percent(group['high'])}"
        for group in groups
    )
    return (
        f'<div class="chart"><svg viewBox="0 0 900 {46 * len(groups)}" role="img"'
        f' aria-label="{text(said)}">{"".join(pieces)}</svg></div>'
        + key((("Now, by referring domain", DEEP), ("Where new links should aim", "#cfe3e3")))
    )

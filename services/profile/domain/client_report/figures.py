"""The figures of a client's report with those before; one that cannot be known says why; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.profile.domain.client_report.inputs import Moved, Present, ReportInputs
from services.profile.domain.client_report.spans import Span, named

_UNSOURCED = "No source tells of new links yet."


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, the same before, and why either is missing."""

    code: str
    label: str
    unit: str
    now: float | None
    before: float | None
    because: str | None = None
    before_because: str | None = None

    def as_row(self) -> dict[str, Any]:
        """Return it as the API gives it."""
        change = None
        if self.now is not None and self.before is not None:
            change = _round(self.now - self.before)
        return {
            "code": self.code,
            "label": self.label,
            "unit": self.unit,
            "now": self.now,
            "before": self.before,
            "change": change,
            "because": self.because,
            "before_because": self.before_because,
        }


@dataclass(frozen=True, slots=True)
class Horizon:
    """What can be known at all: from when on we looked, and until when new links can be known."""

    watched_since: datetime
    known_until: datetime | None

    def hides(self, moment: datetime) -> str | None:
        """Say why what stood at this moment is not known; None where it is."""
        return self._unwatched() if self.watched_since > moment else None

    def hides_all(self, span: Span) -> str | None:
        """Say why nothing of these days is known."""
        return self._unwatched() if self.watched_since >= span.ends else None

    def hides_new(self, span: Span) -> str | None:
        """Say why nothing of the links that came up in these days is known."""
        if self.known_until is None:
            return _UNSOURCED
        if self.known_until < span.begins:
            return f"New links can be known only up to {named(self.known_until)}."
        return None

    def remarks(self, span: Span) -> Iterator[str]:
        """Say of which of these days less is known than of the others."""
        if span.begins < self.watched_since < span.ends:
            yield (
                f"The site is watched since {named(self.watched_since)}: of the days before, losses and"
                " changes are not known, so they are not in these figures."
            )
        known = self.known_until
        if known is not None and span.begins <= known < span.ends:
            yield (
                f"New links can be known up to {named(known)}; those that came up later are not in these"
                " figures yet."
            )

    def _unwatched(self) -> str:
        return f"The site is watched only since {named(self.watched_since)}."


def horizon_of(inputs: ReportInputs) -> Horizon:
    return Horizon(inputs.watched_since, inputs.known_until)


def stocks(inputs: ReportInputs) -> Iterator[Figure]:
    """Yield what stood at the end of the days and at their beginning."""
    end, start, _ = inputs.present
    yield _stock(inputs, "links", "Links in place", "links", end.links, start.links)
    yield _stock(inputs, "domains", "Referring domains", "domains", end.domains, start.domains)
    yield _stock(
        inputs,
        "value",
        "Value of the links in place",
        "value",
        _round(end.value),
        _round(start.value),
    )


def _stock(
    inputs: ReportInputs, code: str, label: str, unit: str, end: float, start: float
) -> Figure:
    horizon, span = horizon_of(inputs), inputs.span
    hidden, hidden_before = horizon.hides_all(span), horizon.hides(span.begins)
    return Figure(
        code,
        label,
        unit,
        None if hidden else end,
        None if hidden_before else start,
        hidden,
        hidden_before,
    )


_FLOWS: tuple[tuple[str, str, str | None], ...] = (
    ("gained", "Links gained", "Value gained"),
    ("lost", "Links lost", "Value lost"),
    ("won_back", "Links won back", "Value won back"),
    ("changed", "Links changed", None),
)


def flows(inputs: ReportInputs) -> Iterator[Figure]:
    """Yield what came, went and changed within the days, and within those before."""
    window, before = inputs.windows
    for move, label, _ in _FLOWS:
        yield _flow(inputs, move, label, "links", window.of(move).links, before.of(move).links)
    yield _flow(
        inputs,
        *("domains_gained", "Referring domains gained", "domains"),
        *(window.domains_gained, before.domains_gained),
    )
    yield _flow(
        inputs,
        *("domains_lost", "Referring domains lost", "domains"),
        *(window.domains_lost, before.domains_lost),
    )
    for move, _, worth in _FLOWS:
        if worth is not None:
            now, then = _worth(window.of(move)), _worth(before.of(move))
            yield _flow(inputs, f"value_{move}", worth, "value", now, then)


def _flow(
    inputs: ReportInputs, code: str, label: str, unit: str, now: float, then: float
) -> Figure:
    horizon, span = horizon_of(inputs), inputs.span
    is_new = code.endswith("gained")
    hidden = horizon.hides_all(span) if not is_new else horizon.hides_new(span)
    # Of days of which only a part was watched there is no fair comparison.
    hidden_before = horizon.hides(span.before.begins)
    if hidden_before is None and is_new:
        hidden_before = horizon.hides_new(span.before)
    return Figure(
        code,
        label,
        unit,
        None if hidden else now,
        None if hidden_before else then,
        hidden,
        hidden_before,
    )


def _worth(moved: Moved) -> float:
    return _round(moved.value)


def _round(value: float) -> float:
    whole = round(value, 2)
    return int(whole) if whole == int(whole) else whole


def balance(inputs: ReportInputs) -> dict[str, int] | None:
    """Return how the links at the beginning became those at the end; None where that is not known."""
    horizon, span, window = horizon_of(inputs), inputs.span, inputs.windows[0]
    if horizon.hides(span.begins) or horizon.hides_all(span):
        return None
    end, start = inputs.present[0].links, inputs.present[1].links
    first, lost = window.of("first"), window.of("lost").times
    back = window.of("won_back").times
    return {
        "start": start,
        "first_seen": first.times,
        "of_them_gained": first.gained,
        "won_back": back,
        "lost": lost,
        "otherwise": end - (start + first.times + back - lost),
        "end": end,
    }


def agreed(inputs: ReportInputs) -> dict[str, Any]:
    """Return how many of the agreed links stand, and stood at the beginning."""
    whole, otherwise = inputs.contracts["agreed"], inputs.contracts["otherwise"]
    end, start = inputs.present[0], inputs.present[1]
    hidden = horizon_of(inputs).hides(inputs.span.begins)
    live = min(end.agreed, whole)
    return {
        "agreed": whole,
        "live": live,
        "share": live / whole if whole else None,
        "live_before": None if hidden else start.agreed,
        "otherwise": otherwise,
        "sentence": _agreed_sentence(whole, live, otherwise, start, hidden),
    }


def _agreed_sentence(
    whole: int, live: int, otherwise: int, start: Present, hidden: str | None
) -> str:
    if not whole:
        return "No link of this site is agreed with anybody."
    said = f"{live:,} of the {whole:,} agreed links stood at the end of these days"
    if whole == 1:
        said = f"The agreed link {'stood' if live else 'did not stand'} at the end of these days"
    before = f" ({start.agreed:,} at their beginning)." if hidden is None else "."
    off = "" if not otherwise else f" {_are(otherwise)} there, but not as agreed."
    return said + before + off


def _are(count: int) -> str:
    return "1 is" if count == 1 else f"{count:,} are"

"""What was done within the days of a report, and what comes next, in sentences; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from services.profile.domain.client_report.inputs import ReportInputs
from services.profile.domain.client_report.spans import named
from shared.report_words import STEPS, missing
from shared.reporting import OutreachPart, ToxicityPart
from shared.todo import MOST, Waiting


@dataclass(frozen=True, slots=True)
class Deed:
    """One kind of work that was done: how often, in words, and where."""

    code: str
    count: int
    sentence: str
    names: tuple[str, ...] = ()


def deeds(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return what was done, as far as whoever knows it answered; what was not done is not listed."""
    outreach, toxicity = inputs.parts.outreach, inputs.parts.toxicity
    found = [
        *(_agreements(outreach) if outreach else ()),
        *_asked_back(inputs),
        *(_cleaning(toxicity) if toxicity else ()),
        *(_letters(outreach) if outreach else ()),
    ]
    return [asdict(one) | {"names": list(one.names)} for one in found if one.count]


def _agreements(part: OutreachPart) -> Iterator[Deed]:
    yield Deed("agreed", part.agreed, f"{_count(part.agreed, 'link was', 'links were')} agreed.")
    yield Deed(
        "verified",
        part.verified,
        f"{_count(part.verified, 'agreed link was', 'agreed links were')} seen in place for the first time.",
        tuple(one.referring_url or one.referring_domain for one in part.verified_named),
    )


def _asked_back(inputs: ReportInputs) -> Iterator[Deed]:
    asked = inputs.asked
    yield Deed(
        "asked_back",
        asked.asked,
        f"{_count(asked.asked, 'lost link was', 'lost links were')} asked for.",
    )
    yield Deed(
        "won_back",
        asked.won_back,
        f"{_count(asked.won_back, 'lost link', 'lost links')} came back that somebody had been asked for.",
        asked.domains,
    )


_DECISIONS = {
    "keep": ("stays", "stay"),
    "ask_removal": ("is to be taken out", "are to be taken out"),
    "disavow": ("is to be disavowed", "are to be disavowed"),
    "ignore": ("needs nothing", "need nothing"),
}
_OUTCOMES = {
    "removed": ("has taken them out", "have taken them out"),
    "answered": ("answered", "answered"),
    "refused": ("refused", "refused"),
    "asked": ("has not answered yet", "have not answered yet"),
    "reminded": (
        "was reminded and has not answered yet",
        "were reminded and have not answered yet",
    ),
}


def _cleaning(part: ToxicityPart) -> Iterator[Deed]:
    decided, asked = sum(part.decisions.values()), sum(part.asked.values())
    yield Deed(
        "decided",
        decided,
        f"A person decided about {_count(decided, 'domain or link', 'domains and links')}:"
        f" {_listed(part.decisions, _DECISIONS)}.",
    )
    yield Deed(
        "removals",
        asked,
        f"{_count(asked, 'domain was', 'domains were')} asked to take links out:"
        f" {_listed(part.asked, _OUTCOMES)}, so far.",
    )
    yield Deed(
        "gone",
        part.gone,
        f"{_count(part.gone, 'domain that was asked has', 'domains that were asked have')}"
        " no link left, seen by our own looks.",
        tuple(part.gone_named),
    )
    newest = part.versions[0] if part.versions else None
    if newest is not None:
        made = _count(part.versions_made, "new version", "new versions")
        yield Deed(
            "disavow",
            part.versions_made,
            f"The disavow file got {made}; the newest, no. {newest.number} of {named(newest.made_on)},"
            f" holds {_count(newest.domains, 'domain', 'domains')}"
            f" and {_count(newest.urls, 'single page', 'single pages')}.",
        )


def _letters(part: OutreachPart) -> Iterator[Deed]:
    back = [f"{_count(part.answered, 'conversation was', 'conversations were')} answered"]
    if part.interested:
        back.append(f"{part.interested:,} of them with interest")
    if part.undelivered:
        back.append(f"{part.undelivered:,} could not be delivered")
    sent = _count(part.sent, "message was", "messages were")
    yield Deed("letters", part.sent + part.answered, f"{sent} sent; {', '.join(back)}.")


def _listed(counts: Mapping[str, int], words: Mapping[str, tuple[str, str]]) -> str:
    said = [
        f"{counts[code]:,} {one if counts[code] == 1 else many}"
        for code, (one, many) in words.items()
        if counts.get(code)
    ]
    return ", ".join(said)


def _count(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {many}"


def steps(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return what waits today, the most pressing first."""
    counts: dict[str, int] = {}
    for one in _waiting(inputs):
        counts[one.kind] = one.count
    return [
        {
            "code": kind,
            "count": min(counts[kind], MOST),
            "sentence": words.sentence(counts[kind]),
            "next": words.next,
        }
        for kind, words in STEPS.items()
        if counts.get(kind)
    ]


def _waiting(inputs: ReportInputs) -> Sequence[Waiting]:
    parts = inputs.parts
    others = [part.waiting for part in (parts.toxicity, parts.outreach) if part is not None]
    return [*inputs.waiting, *(one for waiting in others for one in waiting)]


def degraded(inputs: ReportInputs) -> list[dict[str, str]]:
    """Return whose part is missing, with the words for it."""
    parts = inputs.parts
    named_already = {one.service: one.code for one in parts.degraded}
    silent = {
        service: named_already.get(service, "no-answer")
        for service in ("toxicity", "outreach")
        if getattr(parts, service) is None
    }
    return [
        {"service": service, "code": code, "sentence": missing(service, code)}
        for service, code in silent.items()
    ]

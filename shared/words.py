"""What people read in place of codes: a label, one sentence, and what to do (seams.md 36-38)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared import code_words
from shared.reason_words import BREACH_WORDS, NOTHING_TO_DO, REASON_WORDS, Words
from shared.vocabulary import (
    NOT_OBSERVED,
    Action,
    AnchorFlag,
    AnchorKind,
    Band,
    ChangeKind,
    ContractState,
    DiscoveryReason,
    HostRole,
    JobState,
    LinkKind,
    LinkStatus,
    Outcome,
    Position,
    Reason,
    RenderState,
    Role,
)

__all__ = ["LinkFacts", "Words", "action", "anchor_flag", "anchor_kind", "band", "change"]
__all__ += [
    "clock",
    "contract",
    "counts",
    "date_of",
    "day",
    "discovery",
    "host_role",
    "job",
    "link_kind",
]
__all__ += ["outcome", "position", "reason", "reasons", "render_state", "role"]
__all__ += ["status", "wait"]

MAX_REASONS = 3
"""Reasons that one sentence names; the rest is on the page of the link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """The dates that a sentence about a link may name; what is not known stays None."""

    reasons: Sequence[Reason] = ()
    breaches: Sequence[Reason] = ()  # of the reasons, those that differ from what was agreed
    last_live_at: datetime | None = None  # last seen live
    confirming_since: datetime | None = None  # the first miss of a loss not confirmed yet
    missed_at: datetime | None = None  # the first miss of a confirmed loss
    lost_at: datetime | None = None  # when the loss was confirmed
    unknown_since: datetime | None = None
    next_check_at: datetime | None = None
    counts: bool | None = None


# By hand: strftime asks the locale and takes ten times as long, for every row of every list.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day(moment: datetime, *, now: datetime) -> str:
    """Write a day as people say it: `3 Nov`, with the year if it is another one."""
    text = f"{moment.day} {_MONTHS[moment.month - 1]}"
    return text if moment.year == now.year else f"{text} {moment.year}"


def date_of(when: date) -> str:
    """Write a day of the calendar with its year: `3 Nov 2026`."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def clock(moment: datetime, *, now: datetime) -> str:
    """Write a moment as people say it: `Tue 14:02` in the last days, `3 Nov 14:02` before."""
    near = timedelta(0) <= now - moment < timedelta(days=6)
    at = f"{moment.hour:02}:{moment.minute:02}"
    return f"{_DAYS[moment.weekday()]} {at}" if near else f"{day(moment, now=now)} {at}"


def wait(moment: datetime | None, *, now: datetime) -> str:
    """Write how long until `moment`: `about 4 min`; nothing known gives an empty text."""
    if moment is None:
        return ""
    minutes = max(round((moment - now).total_seconds() / 60), 1)
    if minutes < 60:
        return f"about {minutes} min"
    hours = round(minutes / 60)
    return f"about {hours} h" if hours < 48 else f"about {round(hours / 24)} days"


def status(link_status: LinkStatus, facts: LinkFacts | None = None, *, now: datetime) -> Words:
    """Say how a link is, with the dates that make the sentence worth reading."""
    facts = facts or LinkFacts()
    if facts.confirming_since is not None and link_status in {LinkStatus.LIVE, LinkStatus.CHANGED}:
        return _confirming(facts.confirming_since, now=now)
    return _STATUSES[link_status](facts, now)


def _pending(facts: LinkFacts, now: datetime) -> Words:
    soon = wait(facts.next_check_at, now=now)
    sentence = f"Not checked yet ({soon})." if soon else "Not checked yet."
    return Words("Not checked yet", sentence, "Nothing to do: the first look comes by itself.")


def _live(facts: LinkFacts, _now: datetime) -> Words:
    named = [REASON_WORDS[item] for item in facts.reasons[:MAX_REASONS]]
    if facts.counts is False and named:
        spoken = " ".join(words.sentence for words in named)
        return Words("Live, does not count", f"The link is there. {spoken}", named[0].todo)
    if facts.counts:
        if named:
            spoken = f"The link is there and counts for SEO. {named[0].sentence}"
            return Words("Live", spoken, named[0].todo)
        return Words("Live", "The link is there and counts for SEO.", NOTHING_TO_DO)
    if named:
        return Words("Live", f"The link is there. {named[0].sentence}", named[0].todo)
    return Words("Live", "The link is there as it should be.", NOTHING_TO_DO)


def _changed(facts: LinkFacts, _now: datetime) -> Words:
    named = [
        (BREACH_WORDS if item in facts.breaches else REASON_WORDS)[item]
        for item in facts.reasons[:MAX_REASONS]
    ]
    if not named:
        sentence = "The link is there, but something about it is another than before."
        return Words("Changed", sentence, "Look at the timeline; if it is fine, acknowledge it.")
    label = ", ".join(dict.fromkeys(_headline(words) for words in named))
    return Words(label, " ".join(words.sentence for words in named), named[0].todo)


def _headline(words: Words) -> str:
    return words.label[:1].upper() + words.label[1:]


def _confirming(since: datetime, *, now: datetime) -> Words:
    return Words(
        "Being confirmed",
        f"We missed the link {clock(since, now=now)} and look a second time before we call it gone.",
        "Nothing to do yet: the second look comes by itself.",
    )


def _lost(facts: LinkFacts, now: datetime) -> Words:
    why = next((REASON_WORDS[item] for item in facts.reasons), None)
    todo = why.todo if why is not None else "Write to the site and ask for the link back."
    parts = []
    if facts.missed_at is not None:
        parts.append(f"missed {clock(facts.missed_at, now=now)}")
    if facts.lost_at is not None:
        parts.append(f"confirmed {_second(facts.lost_at, facts.missed_at, now=now)}")
    sentence = f"Gone: {', '.join(parts)}." if parts else "Gone: missed twice, so it is confirmed."
    return Words("Gone", f"{sentence} {why.sentence}" if why is not None else sentence, todo)


def _second(moment: datetime, first: datetime | None, *, now: datetime) -> str:
    """Write the second of two moments: the day is not said twice."""
    if first is not None and first.date() == moment.date():
        return f"{moment:%H:%M}"
    return clock(moment, now=now)


_PAGE_GONE = frozenset(
    {Reason.PAGE_404, Reason.PAGE_410, Reason.SOFT_404, Reason.PARKED, Reason.DNS_GONE}
)


def _not_found(facts: LinkFacts, _now: datetime) -> Words:
    gone = next((item for item in facts.reasons if item in _PAGE_GONE), None)
    if gone is not None:
        sentence = f"Not found. {REASON_WORDS[gone].sentence} We never saw a link to you there."
        return Words("Not found", sentence, "Check the address, or remove it from your list.")
    return Words(
        "Not found",
        "Not found: the page is there, no link to you. We never saw one there.",
        "Check the address. If the link was promised, ask the site when it will be set.",
    )


def _unknown(facts: LinkFacts, now: datetime) -> Words:
    observed = (item for item in facts.reasons if item in NOT_OBSERVED)
    why = next(observed, facts.reasons[0] if facts.reasons else None)
    because = REASON_WORDS[why].label if why is not None else "the last look told us nothing"
    sentence = f"Couldn't look: {because}."
    if facts.last_live_at is not None:
        sentence += f" Last seen live {day(facts.last_live_at, now=now)}."
    if facts.unknown_since is not None and (days := (now - facts.unknown_since).days) >= 14:
        sentence += f" So for {days} days."
    todo = (
        REASON_WORDS[why].todo if why is not None else "Nothing to do: we look again by ourselves."
    )
    return Words("Couldn't look", sentence, todo)


_STATUSES: dict[LinkStatus, Callable[[LinkFacts, datetime], Words]] = {
    LinkStatus.PENDING: _pending,
    LinkStatus.LIVE: _live,
    LinkStatus.CHANGED: _changed,
    LinkStatus.LOST: _lost,
    LinkStatus.NOT_FOUND: _not_found,
    LinkStatus.UNKNOWN: _unknown,
}


def counts(value: bool | None) -> Words:
    """Say whether a link counts: live, followed and on a page that may be listed."""
    if value is None:
        return Words(
            "Not known yet", "We have not seen yet whether the link counts.", NOTHING_TO_DO
        )
    if value:
        sentence = "The link is live, followed and on a page that search engines may list."
        return Words("Counts for SEO", sentence, NOTHING_TO_DO)
    return Words(
        "Does not count",
        "The link is not live, not followed, or on a page that search engines may not list.",
        "The reasons beside it say what would change that.",
    )


def reason(item: Reason) -> Words:
    """Say what a reason means."""
    words = REASON_WORDS[item]
    return Words(_headline(words), words.sentence, words.todo)


def reasons(items: Iterable[Reason]) -> str:
    """Name reasons in a row: `Now nofollow, Anchor edited`."""
    return ", ".join(dict.fromkeys(_headline(REASON_WORDS[item]) for item in items))


def breaches(items: Iterable[Reason]) -> str:
    """Name in a row how a link differs from what was agreed: `Nofollow, Not the agreed text`."""
    return ", ".join(dict.fromkeys(_headline(BREACH_WORDS[item]) for item in items))


def outcome(item: Outcome) -> Words:
    return code_words.OUTCOMES[item]


def link_kind(item: LinkKind) -> Words:
    return code_words.LINK_KINDS[item]


def position(item: Position) -> Words:
    return code_words.POSITIONS[item]


def discovery(item: DiscoveryReason) -> Words:
    return code_words.DISCOVERIES[item]


def anchor_kind(item: AnchorKind) -> Words:
    return code_words.ANCHOR_KINDS[item]


def anchor_flag(item: AnchorFlag) -> Words:
    return code_words.ANCHOR_FLAGS[item]


def change(item: ChangeKind) -> Words:
    return code_words.CHANGES[item]


def contract(item: ContractState) -> Words:
    return code_words.CONTRACTS[item]


def band(item: Band) -> Words:
    return code_words.BANDS[item]


def action(item: Action) -> Words:
    return code_words.ACTIONS[item]


def host_role(item: HostRole) -> Words:
    return code_words.HOST_ROLES[item]


def role(item: Role) -> Words:
    return code_words.ROLES[item]


def render_state(item: RenderState) -> Words:
    return code_words.RENDER_STATES[item]


def job(item: JobState) -> Words:
    return code_words.JOBS[item]

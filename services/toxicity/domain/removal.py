"""Asking for links to be taken out, without sending anything: the state of each domain, and a letter; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.hostnames import shown


class Step(StrEnum):
    """What a person did or heard; that a link is gone is never typed in, it is seen."""

    ASKED = "asked"
    REMINDED = "reminded"
    REFUSED = "refused"
    ANSWERED = "answered"


class State(StrEnum):
    NOT_ASKED = "not_asked"
    ASKED = "asked"
    REMINDED = "reminded"
    ANSWERED = "answered"
    REFUSED = "refused"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the log of a domain."""

    step: Step
    happened_on: date
    contact: str = ""
    note: str = ""
    made_by: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the crawler sees of the links of a domain."""

    links: int = 0
    live: int = 0
    gone_on: date | None = None
    """The day on which the last of its links was concluded to be gone."""


def state_of(attempts: Sequence[Attempt], sight: Sight) -> State:
    """Return where a domain stands. Only what was seen makes it `removed`, whatever was answered."""
    if sight.links and not sight.live:
        return State.REMOVED
    if not attempts:
        return State.NOT_ASKED
    return State(attempts[-1].step)


def sentence(state: State, attempts: Sequence[Attempt], sight: Sight) -> str:
    """Return the state in words, with its dates."""
    last = attempts[-1].happened_on if attempts else None
    if state is State.REMOVED:
        when = "" if sight.gone_on is None else f" since {sight.gone_on:%Y-%m-%d}"
        asked = f", after {_times(len(attempts))}" if attempts else ", without being asked"
        return f"Gone{when}, seen by our own look{asked}."
    if state is State.NOT_ASKED:
        return f"{sight.live:,} live; nobody has been asked yet."
    words = {
        State.ASKED: "Asked",
        State.REMINDED: "Reminded",
        State.ANSWERED: "They answered",
        State.REFUSED: "They refused",
    }[state]
    return f"{words} on {last:%Y-%m-%d}; {sight.live:,} still live at our last look."


def _times(count: int) -> str:
    return "1 attempt" if count == 1 else f"{count} attempts"


def letter(site: str, domain: str, pages: Sequence[tuple[str, str]], *, again: bool) -> str:
    """Return a letter to be copied: polite, short, without threats, with every page by its address."""
    site, domain = shown(site), shown(domain)
    opening = (
        f"Some time ago I wrote to you about links from {domain} to {site}. Perhaps my letter was lost."
        if again
        else f"I look after {site}. I am writing about links to it on {domain}."
    )
    listed = "\n".join(f"* {page}\n  links to {target}" for page, target in pages)
    return (
        f"Subject: Links to {site} on your site\n\n"
        f"Hello,\n\n{opening}\n\n"
        f'We would like these links to be taken out, or marked with rel="nofollow":\n\n{listed}\n\n'
        "If you did not put them there yourself, your site may have been changed by somebody else;\n"
        "then you may want to look at the pages too.\n\n"
        "A short answer when it is done would help us. Thank you for your time.\n\n"
        f"Kind regards\n{site}\n"
    )

"""What may be won back: what to do about a loss, how likely it works, and what to write; pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rapidfuzz.distance import DamerauLevenshtein

from shared.vocabulary import Reason

DRAFT_AFTER = timedelta(hours=48)
"""Pages are edited in several steps: who asks at once asks for what comes back by itself."""
HALF_LIFE = timedelta(days=60)
_ASKED, _ASKED_SINCE = 0.6, timedelta(days=14)
_CONTRACT = 0.8
_IN_OWN_HANDS = 0.95
_USUAL = 0.2
_LEAST = 0.01
_TYPO = 2


class RecoveryKind(StrEnum):
    LINK = "link"
    TARGET = "target"


class RecoveryAction(StrEnum):
    """What to do first."""

    ASK = "ask"
    REDIRECT = "redirect"
    FIX_TYPO = "fix_typo"
    REPLACE = "replace"


class RecoveryState(StrEnum):
    OPEN = "open"
    ASKED = "asked"
    WON_BACK = "won_back"
    DISMISSED = "dismissed"


# The first reason that is found decides; what is not here is as likely as usual.
_CHANCES = {
    Reason.DNS_GONE: 0.02,
    Reason.PARKED: 0.02,
    Reason.PAGE_410: 0.05,
    Reason.LISTING_CHURN: 0.05,
    Reason.PAGE_404: 0.1,
    Reason.SOFT_404: 0.1,
    Reason.MENTION_ONLY: 0.45,
    Reason.REDIRECT_CHAIN_BROKEN: 0.3,
    Reason.PAGE_REDIRECTED: 0.2,
    Reason.LINK_REMOVED: 0.25,
}
_PAGE_IS_GONE = frozenset(
    {Reason.DNS_GONE, Reason.PARKED, Reason.PAGE_410, Reason.PAGE_404, Reason.SOFT_404}
)


@dataclass(frozen=True, slots=True)
class Loss:
    """What is known of something that may be won back."""

    kind: RecoveryKind
    reasons: tuple[Reason, ...]
    value: float
    lost_at: datetime
    contract: bool = False
    target_broken: bool = False
    typo: bool = False
    asked_at: datetime | None = None


def action_of(loss: Loss) -> RecoveryAction:
    """Return what to do first."""
    if loss.typo:
        return RecoveryAction.FIX_TYPO
    if loss.kind is RecoveryKind.TARGET or loss.target_broken:
        # Nobody puts back a link to a page that is not there.
        return RecoveryAction.REDIRECT
    if _PAGE_IS_GONE.isdisjoint(loss.reasons):
        return RecoveryAction.ASK
    return RecoveryAction.REPLACE


def probability_of(loss: Loss, *, now: datetime) -> float:
    """Return how likely it comes back: by reason and contract, less with every week that passes."""
    if loss.kind is RecoveryKind.TARGET:
        return _IN_OWN_HANDS
    chance = next((share for code, share in _CHANCES.items() if code in loss.reasons), _USUAL)
    if loss.contract:
        chance = max(chance, _CONTRACT)
    if loss.asked_at is not None and now - loss.asked_at > _ASKED_SINCE:
        chance *= _ASKED
    age = max(timedelta(0), now - loss.lost_at)
    return round(max(_LEAST, chance * math.exp2(-(age / HALF_LIFE))), 4)


def priority_of(loss: Loss, *, now: datetime) -> float:
    """Return the place in the queue: what is at stake times how likely it is won."""
    return round(loss.value * probability_of(loss, now=now), 6)


def is_typo(dead: str, live: Iterable[str]) -> str | None:
    """Return the page that was meant by an address which differs from it by two letters at most."""
    return next(
        (
            one
            for one in live
            if 0 < DamerauLevenshtein.distance(dead, one, score_cutoff=_TYPO) <= _TYPO
        ),
        None,
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter to copy. Nothing sends it."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a letter speaks of."""

    action: RecoveryAction
    referring_url: str
    target_url: str
    anchor_text: str
    sentence: str
    lost_at: datetime
    contract: bool = False
    meant_url: str | None = None


def draft_from(lost_at: datetime) -> datetime:
    """Return from when on a draft is shown."""
    return lost_at + DRAFT_AFTER


def draft_of(about: Written, *, now: datetime) -> Draft | None:
    """Return a letter to who runs the page; None while it is too early, or nobody is to be asked."""
    if now < draft_from(about.lost_at) or about.action is RecoveryAction.REDIRECT:
        return None
    lines = ["Hello,", "", *_opening(about)]
    if about.sentence:
        lines += ["", f"    {about.sentence}"]
    lines += ["", *_request(about), "", "Thank you for your time."]
    return Draft(_subject(about), "\n".join(lines))


def _subject(about: Written) -> str:
    if about.action is RecoveryAction.REPLACE:
        return "Your page that linked to us is gone"
    return "A small fix for a link on your page" if about.meant_url else "A link on your page"


def _opening(about: Written) -> list[str]:
    day = f"{about.lost_at:%d %B %Y}".lstrip("0")
    if about.action is RecoveryAction.FIX_TYPO:
        return [f"your page {about.referring_url} links to", "", f"    {about.target_url}"]
    if about.action is RecoveryAction.REPLACE:
        return [
            f"your page {about.referring_url} linked to {about.target_url}. Since {day} the page",
            "can no longer be found. This is what it said:",
        ]
    return [
        f"your page {about.referring_url} linked to {about.target_url}. Since {day} the link",
        "is no longer there. This is how it read:",
    ]


def _request(about: Written) -> list[str]:
    link = f'    <a href="{about.meant_url or about.target_url}">{about.anchor_text}</a>'
    if about.action is RecoveryAction.FIX_TYPO:
        return ["That address does not exist; this is the one that was meant:", "", link]
    if about.action is RecoveryAction.REPLACE:
        return ["If the text lives on at another address, could you keep the link there?", "", link]
    asked = (
        "As we agreed on this link, could you put it back?"
        if about.contract
        else ("If that was not intended, could you put it back?")
    )
    return [asked, "", link]

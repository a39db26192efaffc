"""What a lost link leaves unserved of the agreed time, by days, and the letter that asks for it back; pure.

The share is that of the calendar days on which the link was owed: from the day on which it was to be there
(or was first seen, where no day was agreed) to the last day agreed. Days before it was first seen and from
the day of the loss on count as not served. It is an offer to reckon by, no claim in law.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from services.outreach.domain.money.payment import Payment
from services.outreach.domain.placement import State
from services.outreach.domain.record import Placement
from shared import words
from shared.currencies import MINOR_UNITS, Money, listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Which part of the agreed time a link was there."""

    begins_on: date
    ends_on: date
    agreed_days: int
    served_days: int

    @property
    def served(self) -> Decimal:
        return Decimal(self.served_days) / self.agreed_days

    @property
    def unserved(self) -> Decimal:
        return 1 - self.served


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """What was paid for a lost link, and what of it was for days on which it was not there."""

    paid: Sequence[Money]
    share: Share | None
    unserved: Sequence[Money]
    sentences: Sequence[str]

    @property
    def may_ask(self) -> bool:
        """Say whether there is time left that was agreed and not served."""
        return self.share is not None and self.share.served_days < self.share.agreed_days


def reckon(placement: Placement, payments: Sequence[Payment], *, today: date) -> Reckoning:
    """Return what is known of a placement whose link is gone; what is not known is said."""
    paid = _net(payments)
    if placement.lost_at is None or placement.state(today) is State.CANCELLED:
        text = "The link is not lost, so there is nothing to ask back."
        return Reckoning(paid=paid, share=None, unserved=(), sentences=(text,))
    share = _share(placement)
    said = [_paid_sentence(paid)]
    if share is None:
        said.append(_unknown(placement))
        return Reckoning(paid=paid, share=None, unserved=(), sentences=said)
    unserved = [(_part(amount, currency, share), currency) for amount, currency in paid]
    said.append(_share_sentence(share, placement.lost_at))
    if unserved and share.served_days < share.agreed_days:
        said.append(
            f"By days, {listed(unserved)} was paid for time on which the link was not there."
        )
    return Reckoning(paid=paid, share=share, unserved=unserved, sentences=said)


def _net(payments: Sequence[Payment]) -> list[Money]:
    """Return what was paid and did not come back, by currency."""
    sums: dict[str, Decimal] = {}
    for one in payments:
        if one.paid_on is not None:
            left = one.amount - (one.refunded or Decimal(0))
            sums[one.currency] = sums.get(one.currency, Decimal(0)) + left
    return [(amount, currency) for currency, amount in sorted(sums.items()) if amount > 0]


def _share(placement: Placement) -> Share | None:
    terms, seen, lost = placement.terms, placement.first_live_at, placement.lost_at
    if terms.until_on is None or lost is None or seen is None:
        return None
    begins, ends = terms.go_live_on or seen.date(), terms.until_on
    if ends < begins:
        return None
    served = (min(lost.date(), _after(ends)) - max(begins, seen.date())).days
    return Share(
        begins_on=begins,
        ends_on=ends,
        agreed_days=(ends - begins).days + 1,
        served_days=max(0, served),
    )


def _after(ends: date) -> date:
    return date.fromordinal(ends.toordinal() + 1)


def _part(amount: Decimal, currency: str, share: Share) -> Decimal:
    unit = Decimal(1).scaleb(-MINOR_UNITS.get(currency, 2))
    left = amount * (share.agreed_days - share.served_days) / share.agreed_days
    return left.quantize(unit, rounding=ROUND_HALF_EVEN)


def _paid_sentence(paid: Sequence[Money]) -> str:
    if not paid:
        return "No payment for it is written down, so there is no amount to ask back."
    return f"{listed(paid)} was paid for it, less what came back."


def _unknown(placement: Placement) -> str:
    if placement.terms.until_on is None:
        return "Until when it was to stay was not agreed, so no share of the time can be reckoned."
    if placement.first_live_at is None:
        return "It was never seen live, so it served none of the agreed time that we know of."
    return "The agreed time ended before it began, so no share of it can be reckoned."


def _share_sentence(share: Share, lost_at: datetime) -> str:
    return (
        f"Agreed were {share.agreed_days:,} days, {words.date_of(share.begins_on)} to"
        f" {words.date_of(share.ends_on)}; the link was there on {share.served_days:,} of them,"
        f" {round(100 * share.served)} %, and is gone since {words.date_of(lost_at.date())}."
    )


# ---- the letter --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


LANGUAGES = ("en", "de")
_SUBJECTS = {"en": "The link on {domain} is gone", "de": "Der Link auf {domain} ist nicht mehr da"}
_TEXTS = {
    "en": (
        "Hello,\n\nwe agreed on a link from {place}{target}{until}. It was last there before {lost}: when we"
        " looked then, and again to be sure, it was gone.{share}\n\nCould you put it back? If that"
        " can't be, please {ask}.\n\nThank you"
    ),
    "de": (
        "Guten Tag,\n\nwir hatten einen Link von {place}{target} vereinbart{until}. Er war zuletzt vor dem {lost} da:"
        " Beim Nachsehen, auch beim zweiten Mal, fehlte er.{share}\n\nKönnen Sie ihn wieder"
        " einsetzen? Falls nicht: {ask}.\n\nVielen Dank"
    ),
}
_TO = {"en": " to {}", "de": " auf {}"}
_UNTIL = {"en": " until {}", "de": " bis zum {}"}
_OF_TIME = {
    "en": " Of {agreed} agreed days it was there on {served}.",
    "de": " Von {agreed} vereinbarten Tagen war er an {served} da.",
}
_BACK = {
    "en": "offer another page of the same kind, or give back {} for the time that is left",
    "de": "Bitte nennen Sie uns eine gleichwertige Seite, oder erstatten Sie {} für die restliche Zeit",
}
_OTHER = {
    "en": "offer another page of the same kind",
    "de": "Bitte nennen Sie uns eine gleichwertige Seite",
}
_AND = {"en": " and ", "de": " und "}


def letter(placement: Placement, found: Reckoning, *, language: str) -> Letter | None:
    """Return a draft that asks for the link, another page or the money; None where nothing is owed."""
    if placement.lost_at is None or (found.share is not None and not found.may_ask):
        return None
    terms, share = placement.terms, found.share
    write = _Day(language)
    ask = _OTHER[language]
    if share is not None and found.unserved:
        amounts = _AND[language].join(listed([one]) for one in found.unserved)
        ask = _BACK[language].format(amounts)
    of_time = ""
    if share is not None:
        of_time = _OF_TIME[language].format(agreed=share.agreed_days, served=share.served_days)
    text = _TEXTS[language].format(
        place=terms.referring_url or terms.referring_domain,
        target=_TO[language].format(terms.target_url) if terms.target_url else "",
        until=_UNTIL[language].format(write.of(terms.until_on)) if terms.until_on else "",
        lost=write.of(placement.lost_at.date()),
        share=of_time,
        ask=ask,
    )
    subject = _SUBJECTS[language].format(domain=terms.referring_domain)
    return Letter(subject, text)


@dataclass(frozen=True, slots=True)
class _Day:
    language: str

    def of(self, when: date) -> str:
        if self.language == "de":
            return f"{when.day}.{when.month}.{when.year}"
        return words.date_of(when)

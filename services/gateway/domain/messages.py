"""What people read of alerts: one message of many notices, bounded, the most urgent first; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.gateway.domain.acting import Action, Offer, Offering
from services.gateway.domain.notices import ALERTS, Notice
from services.gateway.domain.texts import MAX_LINE, MAX_LINES, MAX_TITLE, plain
from shared.vocabulary import AlertSeverity

MAX_ITEMS = 10
"""Alerts that one message spells out; the others are counted."""
_LINES_OF_MANY = 3
_OF_MANY = frozenset({Action.ACKNOWLEDGE, Action.SNOOZE_DAY, Action.CHECK})
"""What is offered of each alert where several share one place for it."""
_COUNTED: Mapping[AlertSeverity, tuple[str, str]] = {
    AlertSeverity.URGENT: ("urgent", "urgent"),
    AlertSeverity.WARNING: ("warning", "warnings"),
    AlertSeverity.NOTICE: ("notice", "notices"),
}
"""One and many, the most urgent first."""


@dataclass(frozen=True, slots=True)
class Item:
    """One alert."""

    title: str
    lines: tuple[str, ...]
    url: str
    ref: UUID | None = None
    """What is done about it is said beside it."""
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One message, not yet in the form of a provider."""

    headline: str | None
    """What all of them are, where there are several."""
    items: tuple[Item, ...]
    more: str | None
    """How many alerts are left out, as a sentence."""
    url: str
    """Where all of them are."""
    is_pressed: bool = False
    """Whether what is offered are buttons that come back; otherwise they are addresses."""

    @property
    def subject(self) -> str:
        return self.headline or self.items[0].title


@dataclass(frozen=True, slots=True)
class Shown:
    """An alert where what is offered stands apart from it: with a number, if there are several."""

    title: str
    item: Item
    offers: tuple[tuple[str, Offer], ...]
    """Each with its label."""


def shown(message: Message) -> list[Shown]:
    """Return the alerts of a message with the labels of what they offer, so that each can be told apart."""
    is_one = len(message.items) == 1 or not any(item.offers for item in message.items)
    if is_one:
        return [
            Shown(item.title, item, tuple((one.label, one) for one in item.offers))
            for item in message.items
        ]
    return [
        Shown(
            f"{number}. {item.title}",
            item,
            tuple((f"{number}. {one.label}", one) for one in item.offers if one.action in _OF_MANY),
        )
        for number, item in enumerate(message.items, start=1)
    ]


def message_of(
    notices: Sequence[Notice], *, base: str, offering: Offering | None = None
) -> Message:
    """Return what is told of these notices, the most urgent first; `base` is where the console is.

    Of an alert that came and went meanwhile only its end is told.
    """
    over = {notice.alert_id for notice in notices if notice.is_over}
    left_to_tell = [one for one in notices if one.is_over or one.alert_id not in over]
    ranks = list(_COUNTED)
    ordered = sorted(left_to_tell, key=lambda one: (one.is_over, ranks.index(one.severity)))
    told, left = ordered[:MAX_ITEMS], len(ordered) - MAX_ITEMS
    lines = MAX_LINES if len(ordered) == 1 else _LINES_OF_MANY
    return Message(
        headline=_headline(ordered),
        items=tuple(_item(notice, lines=lines, base=base, offering=offering) for notice in told),
        more=f"And {left:,} more." if left > 0 else None,
        url=place(base, ALERTS),
        is_pressed=offering is not None and offering.is_pressed,
    )


def trial(name: str, *, base: str, offer: Offer | None = None, is_pressed: bool = False) -> Message:
    """Return the message by which somebody tries a channel, and whether what is pressed there arrives."""
    title = plain(f"A test of the channel “{name}”", MAX_TITLE)
    line = "Alerts will come here from now on, as your rules say."
    url = place(base, ALERTS)
    item = Item(title, (line,), url, offers=() if offer is None else (offer,))
    return Message(None, (item,), None, url, is_pressed=is_pressed)


def place(base: str, path: str) -> str:
    """Return the address of a place in the console."""
    return f"{base}/#{path}"


def _headline(notices: Sequence[Notice]) -> str | None:
    if len(notices) == 1:
        return None
    alerts = [notice for notice in notices if notice.is_of_alert]
    reports = len(notices) - len(alerts)
    said = [f"{reports:,} {'report' if reports == 1 else 'reports'}"] if reports else []
    if alerts:
        counts = Counter(notice.severity for notice in alerts if not notice.is_over)
        parts = [
            f"{counts[severity]:,} {one if counts[severity] == 1 else many}"
            for severity, (one, many) in _COUNTED.items()
            if counts[severity]
        ]
        over = sum(notice.is_over for notice in alerts)
        parts += [f"{over:,} over"] if over else []
        count = f"{len(alerts):,} {'alert' if len(alerts) == 1 else 'alerts'}"
        said.append(f"{count}: {', '.join(parts)}")
    return "; ".join(said)


def _item(notice: Notice, *, lines: int, base: str, offering: Offering | None) -> Item:
    title = plain(notice.title, MAX_TITLE) or "An alert"
    told = (plain(sentence, MAX_LINE) for sentence in notice.sentences[:lines])
    offers: tuple[Offer, ...] = ()
    if offering is not None and notice.can_act:
        offers = offering.about_alert(notice.notice_id, has_links=notice.has_links)
    kept = tuple(line for line in told if line)
    return Item(title, kept, place(base, notice.path), ref=notice.notice_id, offers=offers)

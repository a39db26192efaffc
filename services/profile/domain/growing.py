"""The sentences about how a site grows; pure."""

from datetime import date, timedelta

from services.profile.domain.anomalies import Anomaly, Direction

_VERBS = {Direction.BURST: "came", Direction.DROP: "went"}


def sentence_of(anomaly: Anomaly) -> str:
    """Say what happened, what was usual, and how sure that is."""
    last = anomaly.started_on + timedelta(days=len(anomaly.days) - 1)
    when = f"on {_day(last)}"
    if last != anomaly.started_on:
        when = f"between {_day(anomaly.started_on)} and {_day(last)}"
    return (
        f"{anomaly.count} referring domains {_VERBS[anomaly.direction]} {when}; "
        f"about {_about(anomaly.expected)} would have been usual ({_sure(anomaly.confidence)})."
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _about(expected: float) -> str:
    return f"{expected:.0f}" if expected >= 10 else f"{expected:.1f}"


def _sure(confidence: float) -> str:
    return "more than 99.9% sure" if confidence > 0.999 else f"{confidence:.1%} sure"

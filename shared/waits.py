"""How long others ask us to wait; pure."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_RETRY_AFTER_S = 86_400.0


def retry_after_s(value: str | None, now: datetime) -> float:
    """Return the seconds that a Retry-After header asks for, at most a day; 0 if it says nothing."""
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return min(MAX_RETRY_AFTER_S, float(text[:9]))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(MAX_RETRY_AFTER_S, max(0.0, (moment - now).total_seconds()))

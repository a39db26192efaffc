"""Why nothing is left of the text of a mail; pure."""

from datetime import datetime

from shared import words

_BY_AGE = "mail is kept only for as long as your workspace says."
_ERASED = "It was removed, for its reader was erased."


def removed_from(text: str, *, emptied_at: datetime | None, is_erased: bool = False) -> str | None:
    """Return why the text is gone, or None where it is whole, be it an empty mail."""
    if text:
        return None
    if is_erased:
        return _ERASED
    if emptied_at is None:
        return None
    return f"Its text was removed on {words.date_of(emptied_at.date())}: {_BY_AGE}"

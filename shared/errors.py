"""Errors with a meaning and no HTTP in them; `shared.web` turns them into problem answers."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field of an input: a JSON pointer, a stable code and what to do."""

    pointer: str
    code: str
    detail: str


class AnchorwatchError(Exception):
    """The root of every error that we raise on purpose."""

    code = "error"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if code is not None:
            self.code = code


class NotFoundError(AnchorwatchError):
    """There is no such thing, or the caller may not know of it: both answer the same."""

    code = "not-found"


class ConflictError(AnchorwatchError):
    """The thing is in a state in which this cannot be done.

    `existing` is the path of what is there already, where the caller may see it.
    """

    code = "conflict"

    def __init__(
        self,
        detail: str,
        errors: Sequence[FieldError] = (),
        *,
        code: str | None = None,
        existing: str | None = None,
    ) -> None:
        super().__init__(detail, code=code)
        self.errors = tuple(errors)
        self.existing = existing


class ForbiddenError(AnchorwatchError):
    """The caller is known and may see the thing, but not do this to it."""

    code = "forbidden"


class InvalidError(AnchorwatchError):
    """The input cannot be used; every fault names its field and the fix."""

    code = "invalid"

    def __init__(
        self, detail: str, errors: Sequence[FieldError] = (), *, code: str | None = None
    ) -> None:
        super().__init__(detail, code=code)
        self.errors = tuple(errors)


class UnavailableError(AnchorwatchError):
    """A part that is needed does not answer now; the same request may succeed later."""

    code = "unavailable"


class NotYetError(UnavailableError):
    """The thing may be too new for this service to have heard of it; it will within moments."""

    code = "not-yet"


class RetryError(AnchorwatchError):
    """A handler's word: deliver these events again after `after_s` seconds."""

    code = "retry"

    def __init__(self, detail: str, *, after_s: float = 5.0) -> None:
        super().__init__(detail)
        self.after_s = after_s


class DropError(AnchorwatchError):
    """A handler's word: this event can never be handled; park it with this reason."""

    code = "drop"

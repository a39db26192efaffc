"""Problem answers (RFC 9457): every error of every route has one shape, a stable code and a way out."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from shared import errors, fault_words, jsontext
from shared.access import UnauthenticatedError

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:anchorwatch:problem:"
_MAX_ERRORS = 100
# One sentence for all of them: "no such site" where "no such link" was expected would tell a
# stranger that the link exists.
_NOT_THERE = "There is no such thing, or it is not yours to see."
_OF_FASTAPI = "There was an error parsing the body"
_UNREADABLE = "The body cannot be read: it nests too deep, or a number in it is far too long."
_STATUS_OF: Mapping[type[errors.AnchorwatchError], int] = {
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.ForbiddenError: 403,
    errors.InvalidError: 422,
    errors.UnavailableError: 503,
    UnauthenticatedError: 401,
}
_HEADERS_OF: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": 'Bearer realm="anchorwatch"'},
    503: {"Retry-After": "2"},
}
_CODE_OF = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
    431: "headers-too-large",
}


class ProblemError(errors.AnchorwatchError):
    """An error that only exists in HTTP: a precondition, a cursor, a rate limit."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        faults: Sequence[errors.FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail, code=code)
        self.status = status
        self.errors = tuple(faults)
        self.headers = dict(headers or {})


class Fault(BaseModel):
    """One thing wrong with one field."""

    pointer: str = Field(
        description="JSON pointer into the body; `/query/...`, `/path/...` and `/header/...` elsewhere."
    )
    code: str = Field(description="Stable code of the fault.")
    detail: str = Field(description="What is wrong and what to do.")


class Problem(BaseModel):
    """The answer to a request that could not be done (RFC 9457)."""

    type: str = Field(description="Stable URI of this kind of problem.")
    title: str = Field(description="What the status means, in words.")
    status: int
    detail: str = Field(description="What happened here and what to do.")
    instance: str = Field(description="Path of the request.")
    code: str = Field(description="Stable code of this kind of problem.")
    trace_id: str | None = Field(description="Find this request in the logs by this id.")
    errors: list[Fault] = Field(default_factory=list, description="The fields at fault, if any.")


def render(
    status: int,
    code: str,
    detail: str,
    *,
    instance: str,
    trace_id: str | None,
    faults: Sequence[errors.FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the answer with one problem in it; all its codes are in one style."""
    code = _styled(code)
    body = {
        "type": f"{_TYPE}{code}",
        "title": _title(status),
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
        "trace_id": trace_id,
        "errors": [
            {"pointer": f.pointer, "code": _styled(f.code), "detail": f.detail} for f in faults
        ],
    }
    return Response(
        jsontext.dumps(body), status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def _styled(code: str) -> str:
    # Rules have names of the vocabulary, too, whose style is that of stored words.
    return code.replace("_", "-")


def of_error(error: errors.AnchorwatchError, *, instance: str, trace_id: str | None) -> Response:
    """Return the answer to an error that was raised on purpose."""
    if isinstance(error, ProblemError):
        status, headers = error.status, error.headers
    else:
        status = next((s for kind, s in _STATUS_OF.items() if isinstance(error, kind)), 500)
        headers = dict(_HEADERS_OF.get(status, {}))
        if isinstance(error, errors.ConflictError) and error.existing is not None:
            headers["Location"] = error.existing
    faults = getattr(error, "errors", ())[:_MAX_ERRORS]
    is_hidden = isinstance(error, errors.NotFoundError) and error.code == errors.NotFoundError.code
    return render(
        status,
        error.code,
        _NOT_THERE if is_hidden else error.detail,
        instance=instance,
        trace_id=trace_id,
        faults=faults,
        headers=headers,
    )


def of_http_exception(error: HTTPException, *, instance: str, trace_id: str | None) -> Response:
    """Return the answer to an error of the framework (no route, wrong method, broken body)."""
    status = error.status_code
    code = _CODE_OF.get(status, "error")
    detail = {
        404: "There is nothing at this path.",
        400: _UNREADABLE if error.detail == _OF_FASTAPI else _as_sentence(str(error.detail)),
        405: "This path does not take this method; see the Allow header.",
    }.get(status, str(error.detail))
    return render(status, code, detail, instance=instance, trace_id=trace_id, headers=error.headers)


def of_validation(
    error: RequestValidationError, *, instance: str, trace_id: str | None
) -> Response:
    """Return the answer to an input that does not fit its model: each fault with its field."""
    found = error.errors()
    broken_json = any(fault["type"] == "json_invalid" for fault in found)
    faults = [_fault(fault) for fault in found[:_MAX_ERRORS]]
    return render(
        400 if broken_json else 422,
        "json-invalid" if broken_json else "invalid",
        "The body is not JSON." if broken_json else _summary(faults),
        instance=instance,
        trace_id=trace_id,
        faults=faults,
    )


def _fault(fault: Mapping[str, Any]) -> errors.FieldError:
    place, *rest = fault["loc"] or ("body",)
    # What pydantic adds to a place for itself: "[key]" for a faulty key of an object.
    rest = [step for step in rest if step != "[key]"]
    steps = rest if place == "body" else [place, *rest]
    if fault["type"] == "json_invalid":
        steps, detail = [], f"{fault['ctx']['error']} at character {rest[0] if rest else 0}."
    elif fault["type"] == "missing" and not steps:
        detail = "Send a body, as JSON."
    else:
        is_null = fault.get("input", "") is None
        detail = fault_words.fix(fault["type"], fault.get("ctx") or {}, is_null=is_null)
    return errors.FieldError(
        pointer=pointer(steps), code=str(fault["type"]).replace("_", "-"), detail=detail
    )


def pointer(steps: Sequence[str | int]) -> str:
    """Return a JSON pointer (RFC 6901) from its steps."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _summary(faults: Sequence[errors.FieldError]) -> str:
    if not faults:
        return "The input cannot be used."
    first, more = faults[0], len(faults) - 1
    return f"{first.pointer or 'body'}: {first.detail}" + (f" (and {more} more)" if more else "")


def _as_sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"

"""What every route refuses before its own code runs: unknown query parameters, other media types, loose JSON."""

from typing import Any

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Form, Query
from fastapi.routing import APIRoute

from shared import jsontext
from shared.errors import FieldError, InvalidError
from shared.problems import ProblemError, pointer

_NO_NUL = "Remove the NUL character."


async def refuse_loose_input(request: Request) -> None:
    """Raise for input that the framework would take in silence; a dependency of every route."""
    route = request.scope.get("route")
    _refuse_nul(request)
    if not isinstance(route, APIRoute):
        return
    if request.scope["query_string"]:
        _refuse_unknown_query(request, route)
    if route.body_field is not None:
        await _refuse_loose_body(request, route)


def _refuse_nul(request: Request) -> None:
    places = [
        ("query", name)
        for name, value in request.query_params.items()
        if "\0" in value or "\0" in name
    ]
    places += [("path", name) for name, value in request.path_params.items() if "\0" in str(value)]
    if places or "\0" in request.scope["path"]:
        raise InvalidError(
            "A NUL character is not text.",
            [FieldError(pointer(place), "character-not-allowed", _NO_NUL) for place in places],
            code="character-not-allowed",
        )


def _refuse_unknown_query(request: Request, route: APIRoute) -> None:
    known = _query_names(request, route)
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        takes = ", ".join(sorted(known)) or "none"
        raise InvalidError(
            f"Unknown query parameter {unknown[0]!r}. This route takes: {takes}.",
            [
                FieldError(
                    pointer(["query", name]), "unknown-parameter", f"Remove it. Known: {takes}."
                )
                for name in unknown[:20]
            ],
            code="unknown-parameter",
        )


def _query_names(request: Request, route: APIRoute) -> frozenset[str]:
    # A route lives as long as its app and cannot be hashed, so its id is a safe key there.
    known: dict[int, frozenset[str]] = request.app.state.query_names
    if id(route) not in known:
        flat = get_flat_params(route.dependant)
        names = (param.alias for param in flat if isinstance(param.field_info, Query))
        known[id(route)] = frozenset(names)
    return known[id(route)]


async def _refuse_loose_body(request: Request, route: APIRoute) -> None:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if route.body_field is not None and isinstance(route.body_field.field_info, Form):
        if media not in {"multipart/form-data", "application/x-www-form-urlencoded"}:
            raise _media_error(media, "multipart/form-data")
        return
    body = await request.body()
    if not body:
        return
    if media != "application/json" and not (
        media.startswith("application/") and media.endswith("+json")
    ):
        raise _media_error(media, "application/json")
    strict_json(body)


def strict_json(body: bytes) -> Any:
    """Return the value of a body; raises the answer to one that readers would disagree about."""
    try:
        return jsontext.loads_strict(body)
    except jsontext.JsonError as error:
        status = 422 if error.faults else 400
        raise ProblemError(status, error.code, error.detail, faults=error.faults) from error


def _media_error(media: str, wanted: str) -> ProblemError:
    return ProblemError(
        415,
        "unsupported-media-type",
        f"This route takes {wanted}, not {media or 'a body without Content-Type'}.",
        headers={"Accept": wanted},
    )

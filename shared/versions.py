"""Optimistic locking over HTTP: the version of an object as ETag, and If-Match before it is changed."""

from typing import Annotated

from fastapi import Depends, Header, Request, Response

from shared.problems import ProblemError


def _if_match(
    if_match: Annotated[
        str | None, Header(description="The `ETag` of the object that you read; `*` is any.")
    ] = None,
) -> None:
    """Name the header in the contract; `require_match` judges it once the object is known."""


IF_MATCH = Depends(_if_match)
"""Belongs to every route that calls `require_match`: contracts name the header by it."""


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'W/"{version}"'


def is_unchanged(request: Request, response: Response, version: int) -> bool:
    """Set the ETag; say whether the client already has this version (answer 304 then)."""
    response.headers["ETag"] = etag(version)
    return request.headers.get("if-none-match") == etag(version)


def require_match(request: Request, version: int) -> None:
    """Raise 428 if the client does not say which version it changes, 412 if that one is stale."""
    given = request.headers.get("if-match")
    if given is None:
        raise ProblemError(
            428, "precondition-required", "Send If-Match with the ETag of the object that you read."
        )
    if given not in {"*", etag(version), etag(version).removeprefix("W/")}:
        raise ProblemError(
            412,
            "precondition-failed",
            "The object changed since you read it; read it again.",
            headers={"ETag": etag(version)},
        )

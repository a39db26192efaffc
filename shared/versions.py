"""Optimistic locking over HTTP: the version of an object as ETag, and If-Match before it is changed."""

from fastapi import Request, Response

from shared.problems import ProblemError


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

"""Whoever comes without an account, with nothing but a signed address."""

import re
import time

from fastapi import Request

from services.gateway.domain.limits import Limiter
from services.gateway.metrics import RATE_LIMITED
from shared.errors import NotFoundError
from shared.problems import ProblemError

_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,64}")


def admit(request: Request, token: str) -> None:
    """Let a visitor through, not too often; refuse a token that was copied in part."""
    slow_down(request)
    if not is_token(token):
        raise NotFoundError(
            "This address is not complete; copy it again.", code="address-incomplete"
        )


def is_token(text: str) -> bool:
    """Say whether a text has the form of what our signed addresses end in."""
    return _TOKEN.fullmatch(text) is not None


def slow_down(request: Request) -> None:
    """Let a visitor through, not too often."""
    limiter: Limiter = request.app.state.visitors
    client = request.client.host if request.client is not None else "unknown"
    verdict = limiter.take(client, now=time.monotonic())
    if not verdict.allowed:
        RATE_LIMITED.labels(limiter.policy.name).inc()
        raise ProblemError(
            429,
            "rate-limited",
            f"Too many requests; try again in {verdict.reset_s} s.",
            headers={"Retry-After": str(verdict.reset_s)},
        )

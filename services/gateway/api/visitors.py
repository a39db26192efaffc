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
    if _TOKEN.fullmatch(token) is None:
        raise NotFoundError(
            "This address is not complete; copy it again.", code="address-incomplete"
        )

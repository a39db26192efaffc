"""The door before every `/v1` route: who calls, how often, and whether this request was here before."""

import time
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.api.identity import Identity
from services.gateway.api.once import Once
from services.gateway.domain.granting import scope_for
from services.gateway.domain.limits import Limiter, Policy, Verdict
from services.gateway.metrics import RATE_LIMITED
from shared import log, problems
from shared.access import Caller, UnauthenticatedError
from shared.errors import AnchorwatchError
from shared.problems import ProblemError

SIGN_IN = "/v1/sessions"
"""Where nobody is known yet."""
_CHECKS, _EVALUATIONS = "/v1/checks", "/evaluations"
_UNKNOWN_A_MINUTE = 120


@dataclass(slots=True)
class Counters:
    """What is counted for each actor."""

    requests: Limiter
    sign_ins: Limiter
    unknown: Limiter
    checks: dict[str, int]
    checks_at_once: int


def new_counters(*, rate_limit: int, sign_in_limit: int, checks_at_once: int) -> Counters:
    return Counters(
        requests=Limiter(Policy("default", rate_limit)),
        sign_ins=Limiter(Policy("sign-in", sign_in_limit)),
        unknown=Limiter(Policy("unknown-credentials", _UNKNOWN_A_MINUTE)),
        checks={},
        checks_at_once=checks_at_once,
    )


class Door:
    """ASGI middleware; what passes has `scope["anchorwatch.caller"]`."""

    def __init__(self, app: ASGIApp, *, identity: Identity, counters: Counters, once: Once) -> None:
        self._app = app
        self._identity = identity
        self._counters = counters
        self._once = once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        told: dict[str, str] = {}
        sender = _with_headers(send, told)
        try:
            await self._pass(scope, receive, sender, told)
        except AnchorwatchError as error:
            answer = problems.of_error(error, instance=scope["path"], trace_id=log.trace_id())
            await answer(scope, receive, sender)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, told: dict[str, str]) -> None:
        headers = Headers(scope=scope)
        method, path = scope["method"], scope["path"]
        if path == SIGN_IN:
            self._limit(self._counters.sign_ins, _address(scope), told)
            await self._app(scope, receive, send)
            return
        try:
            caller = await self._identity.caller(method, headers)
        except UnauthenticatedError:
            # Each guess asks the database. Counted apart from signing in: an old session in an open
            # tab must not keep its person from doing that.
            if "authorization" in headers or "cookie" in headers:
                self._limit(self._counters.unknown, _address(scope), told)
            raise
        self._limit(self._counters.requests, str(caller.actor_id), told)
        if (scope_needed := scope_for(method, path)) is not None:
            caller.require_scope(scope_needed)
        scope["anchorwatch.caller"] = caller
        if method == "POST" and _is_slow_look(path):
            await self._check(scope, receive, send, caller)
        elif method == "POST" and "idempotency-key" in headers:
            await self._once.run(self._app, scope, receive, send, caller=caller)
        else:
            await self._app(scope, receive, send)

    async def _check(self, scope: Scope, receive: Receive, send: Send, caller: Caller) -> None:
        """Let only a few slow checks of one actor run at once (seams.md, 33)."""
        running, actor = self._counters.checks, str(caller.actor_id)
        if running.get(actor, 0) >= self._counters.checks_at_once:
            RATE_LIMITED.labels("checks").inc()
            raise ProblemError(
                429,
                "too-many-checks",
                f"{self._counters.checks_at_once} of your checks run already; wait for one.",
                headers={"Retry-After": "2"},
            )
        running[actor] = running.get(actor, 0) + 1
        try:
            if "idempotency-key" in Headers(scope=scope):
                await self._once.run(self._app, scope, receive, send, caller=caller)
            else:
                await self._app(scope, receive, send)
        finally:
            running[actor] -= 1
            if not running[actor]:
                del running[actor]

    def _limit(self, limiter: Limiter, actor: str, told: dict[str, str]) -> None:
        verdict: Verdict = limiter.take(actor, now=time.monotonic())
        told["ratelimit-policy"] = limiter.policy.header
        told["ratelimit"] = f'"{limiter.policy.name}";r={verdict.remaining};t={verdict.reset_s}'
        if not verdict.allowed:
            RATE_LIMITED.labels(limiter.policy.name).inc()
            raise ProblemError(
                429,
                "rate-limited",
                f"More than {limiter.policy.quota} requests in {limiter.policy.window_s} s; "
                f"try again in {verdict.reset_s} s.",
                headers={"Retry-After": str(verdict.reset_s)},
            )


def _is_slow_look(path: str) -> bool:
    """Whether a POST there waits for the web."""
    return path == _CHECKS or path.endswith(_EVALUATIONS)


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else "unknown"


def _with_headers(send: Send, told: dict[str, str]) -> Send:
    async def decorated(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(told)
        await send(message)

    return decorated

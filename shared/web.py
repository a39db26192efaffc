"""The web base of every service: one way to make an app, its errors, its health and its measures."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from shared import job_routes, log, metrics, problems
from shared.asgi import HouseMiddleware
from shared.db import Database
from shared.dependencies import CallerDep, DbDep, TxDep, get_caller, get_db, get_tx
from shared.errors import AnchorwatchError
from shared.guards import refuse_loose_input
from shared.settings import HouseSettings

__all__ = ["CallerDep", "Check", "DbDep", "Readiness", "TxDep", "new_web_app"]
__all__ += ["get_caller", "get_db", "get_tx"]

Check = Callable[[], Awaitable[None]]
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
_CHECK_SECONDS = 2.0
_logger = log.get_logger(__name__)


@dataclass(slots=True)
class Readiness:
    """What `/readyz` asks. A check raises when its part cannot be used now."""

    checks: dict[str, Check] = field(default_factory=dict)
    draining: bool = False
    goodbyes: list[Callable[[], None]] = field(default_factory=list)
    """Called when the service begins to stop, to end answers that would go on for ever."""

    def drain(self) -> None:
        """Be ready for no more requests: the service stops."""
        if not self.draining:
            self.draining = True
            for goodbye in self.goodbyes:
                goodbye()


def new_web_app(
    service: str,
    *,
    settings: HouseSettings,
    lifespan: Lifespan | None = None,
    routers: Sequence[APIRouter] = (),
    db: Database | None = None,
    checks: Mapping[str, Check] | None = None,
    inner: Sequence[Middleware] = (),
    is_public: bool = False,
) -> FastAPI:
    """Return the app of one service; raises SettingsError if there is no internal secret.

    `app.state` carries `service`, `db`, `secret` and `readiness`. Only the gateway `is_public`:
    it authenticates by itself, and its answers to the outside are logged one by one. `inner` are
    layers between the house's own and the routes, outermost first.
    """
    app = FastAPI(
        title=f"Anchorwatch {service}",
        version="1",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(refuse_loose_input)],
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.service = service
    app.state.secret = settings.secret
    app.state.db = db
    app.state.query_names = {}
    app.state.readiness = Readiness(checks=dict(checks or {}))
    if db is not None:
        app.state.readiness.checks.setdefault("database", lambda: _ask(db))
    for layer in reversed(inner):
        app.add_middleware(layer.cls, *layer.args, **layer.kwargs)
    app.add_middleware(HouseMiddleware, service=service, settings=settings, is_public=is_public)
    _add_problem_handlers(app)
    has_jobs = db is not None and not is_public and job_routes.router not in routers
    own = (job_routes.router,) if has_jobs else ()
    for router in (_operations, *own, *routers):
        app.include_router(router)
    return app


async def _ask(db: Database) -> None:
    async with db.begin() as tx:
        await tx.fetch_value("SELECT 1")


# ---- problems ---------------------------------------------------------------------------------------


def _add_problem_handlers(app: FastAPI) -> None:
    async def on_error(request: Request, error: Exception) -> Response:
        place: dict[str, Any] = {"instance": request.url.path, "trace_id": log.trace_id()}
        if isinstance(error, AnchorwatchError):
            return problems.of_error(error, **place)
        if isinstance(error, RequestValidationError):
            return problems.of_validation(error, **place)
        if not isinstance(error, HTTPException):
            raise error
        if error.status_code == 405:
            error.headers = {"Allow": ", ".join(_methods_at(app, request))}
        return problems.of_http_exception(error, **place)

    for kind in (AnchorwatchError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, on_error)


def _methods_at(app: FastAPI, request: Request) -> list[str]:
    """Return the methods of all routes at this path (the framework names only the first's)."""
    found: set[str] = set()
    for route in iter_route_contexts(app.routes):
        regex = getattr(route, "path_regex", None)
        if regex is not None and regex.match(request.url.path):
            found |= set(getattr(route, "methods", None) or ())
    return sorted(found | {"HEAD"} if "GET" in found else found)


# ---- operations ---------------------------------------------------------------------------------------

_operations = APIRouter(include_in_schema=False)


@_operations.get("/livez")
async def livez() -> PlainTextResponse:
    """Say that the process answers."""
    return PlainTextResponse("ok\n")


@_operations.get("/readyz")
async def readyz(request: Request) -> Response:
    """Say whether the service can do its work now, and what is missing if not."""
    readiness: Readiness = request.app.state.readiness
    failed = {"service": "is stopping"} if readiness.draining else {}
    async with asyncio.TaskGroup() as group:
        for name, check in readiness.checks.items():
            group.create_task(_run_check(name, check, failed))
    if not failed:
        return PlainTextResponse("ok\n")
    reasons = "; ".join(f"{name}: {reason}" for name, reason in sorted(failed.items()))
    return problems.render(503, "not-ready", reasons, instance="/readyz", trace_id=log.trace_id())


async def _run_check(name: str, check: Check, failed: dict[str, str]) -> None:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await check()
    except TimeoutError:
        failed[name] = f"no answer within {_CHECK_SECONDS:g} s"
    except Exception as error:  # noqa: BLE001 - because any failure of a part means only: not ready
        _logger.warning("readiness check failed", check=name, error=str(error))
        failed[name] = "cannot be used"


@_operations.get("/metrics")
async def show_metrics() -> Response:
    """Return the measures of this process for Prometheus."""
    return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE)

"""The public documents: OpenAPI, AsyncAPI, and a page about both for people."""

from collections.abc import Mapping
from html import escape
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from services.gateway.domain import documents
from shared import jsontext

router = APIRouter(include_in_schema=False)
_CSP = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'"


def add_documents(app: FastAPI, services: Mapping[str, Mapping[str, Any]]) -> None:
    """Make the documents once: they only change with the code."""
    release = version("anchorwatch")
    openapi = documents.merged_openapi(services, app.openapi(), version=release)
    app.state.openapi = openapi
    app.state.openapi_bytes = jsontext.dumps(openapi)
    app.state.asyncapi_bytes = jsontext.dumps(documents.asyncapi(version=release))
    app.state.docs_page = _page(openapi)


@router.get("/openapi.json")
async def get_openapi(request: Request) -> Response:
    """Return the OpenAPI 3.1 document of the whole product."""
    return Response(request.app.state.openapi_bytes, media_type="application/json")


@router.get("/asyncapi.json")
async def get_asyncapi(request: Request) -> Response:
    """Return the AsyncAPI 3 document of the outward events."""
    return Response(request.app.state.asyncapi_bytes, media_type="application/json")


@router.get("/docs")
async def get_docs(request: Request) -> HTMLResponse:
    """Return the list of routes for people; without scripts, so it works everywhere."""
    return HTMLResponse(request.app.state.docs_page, headers={"Content-Security-Policy": _CSP})


def _page(openapi: Mapping[str, Any]) -> str:
    rows = "\n".join(
        _section(method, path, operation)
        for method, path, operation in documents.operations(openapi)
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<title>Anchorwatch API</title><link rel="stylesheet" href="/app.css"></head><body>'
        '<main id="main"><h1>Anchorwatch API</h1>'
        "<p>Send a key as <code>Authorization: Bearer aw_...</code>. For programs: "
        '<a href="/openapi.json">openapi.json</a>, <a href="/asyncapi.json">asyncapi.json</a>.</p>'
        f"{rows}</main></body></html>"
    )


def _section(method: str, path: str, operation: Mapping[str, Any]) -> str:
    text = operation.get("description") or operation.get("summary") or ""
    parameters = "".join(
        f"<li><code>{escape(one['name'])}</code> ({escape(one['in'])}) "
        f"{escape(one.get('description', ''))}</li>"
        for one in operation.get("parameters", [])
    )
    listed = f"<ul>{parameters}</ul>" if parameters else ""
    return f"<h2><code>{method} {escape(path)}</code></h2><p>{escape(text)}</p>{listed}"

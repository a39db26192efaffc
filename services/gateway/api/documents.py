"""The public documents: OpenAPI, AsyncAPI, and a page about both for people."""

from collections.abc import Mapping
from functools import lru_cache
from html import escape
from importlib.resources import files
from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from services.gateway.domain import documents

router = APIRouter(include_in_schema=False)
_CSP = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'"


@router.get("/openapi.json")
async def get_openapi() -> Response:
    """Return the OpenAPI 3.1 document of the whole product."""
    return Response(_read("openapi.json"), media_type="application/json")


@router.get("/asyncapi.json")
async def get_asyncapi() -> Response:
    """Return the AsyncAPI 3 document of the outward events."""
    return Response(_read("asyncapi.json"), media_type="application/json")


@router.get("/docs")
async def get_docs() -> HTMLResponse:
    """Return the list of routes for people; without scripts, so it works everywhere."""
    return HTMLResponse(_page(), headers={"Content-Security-Policy": _CSP})


@lru_cache(maxsize=4)
def _read(name: str) -> bytes:
    """Return a document as `python -m services.contracts` wrote it: making it takes half a second."""
    return (files("services.gateway") / "openapi" / name).read_bytes()


@lru_cache(maxsize=1)
def _page() -> str:
    openapi = orjson.loads(_read("openapi.json"))
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

"""The console: static files, with a policy that lets only our own scripts run."""

import base64
import hashlib
import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

_INLINE = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_FOLDER = Path(__file__).parents[1] / "console"


class Console:
    """ASGI app for every path that no route has: a file of the console, or 404."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._files = StaticFiles(directory=folder, html=True)
        self._policy = content_policy((folder / "index.html").read_text(encoding="utf-8"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"} or scope["path"].startswith("/v1/"):
            raise HTTPException(404)
        scope = {**scope, "root_path": ""}
        response = await self._files.get_response(self._files.get_path(scope), scope)
        response.headers["content-security-policy"] = self._policy
        # Asked again each time, answered with 304: an update shows at once.
        response.headers["cache-control"] = "no-cache"
        await response(scope, receive, send)


def content_policy(index: str) -> str:
    """Return the Content-Security-Policy for a page, with the hash of each script inside it."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in _INLINE.findall(index)
    )
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {hashes}".strip(),
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "font-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        )
    )

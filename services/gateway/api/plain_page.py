"""A page for whoever comes without an account: no scripts, nothing from elsewhere."""

from html import escape

from fastapi.responses import HTMLResponse

_CSP = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def plain_page(title: str, inner: str, *, status: int = 200) -> HTMLResponse:
    """Return a page; `inner` is HTML."""
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/app.css"></head><body>'
        f'<main id="main"><h1>{escape(title)}</h1>{inner}</main></body></html>'
    )
    return HTMLResponse(text, status_code=status, headers={"Content-Security-Policy": _CSP})

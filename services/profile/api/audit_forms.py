"""The forms that an audit is given out in: JSON, a page, a table, a PDF."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from fastapi import Response

from services.profile.adapters.pdf import NoBrowserError, Printer
from services.profile.domain.audit_csv import csv_of
from services.profile.domain.report import Brand, html_of
from services.profile.domain.report.page import CONTENT_POLICY
from services.profile.domain.site import Site
from shared.problems import ProblemError


class Form(StrEnum):
    """The name of a form, as `format` takes it."""

    JSON = "json"
    HTML = "html"
    CSV = "csv"
    PDF = "pdf"


_MEDIA = {
    "application/json": Form.JSON,
    "text/html": Form.HTML,
    "text/csv": Form.CSV,
    "application/pdf": Form.PDF,
}
FORMS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/html": {"schema": {"type": "string"}},
            "text/csv": {"schema": {"type": "string"}},
            "application/pdf": {"schema": {"type": "string", "format": "binary"}},
        }
    }
}


def form_of(accept: str) -> Form:
    """Return the form that an Accept header asks for most; without a known one it is JSON."""
    found: list[tuple[float, Form]] = []
    for part in accept.lower().split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        if media in _MEDIA:
            found.append((_weight(parameters), _MEDIA[media]))
    return max(found, key=lambda pair: pair[0])[1] if found else Form.JSON


def _weight(parameters: list[str]) -> float:
    text = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    try:
        return float(text)
    except ValueError:
        return 0.0


def brand_of(site: Site) -> Brand:
    """Return the name and the logo that the reports of a site go out with."""
    return Brand(site.settings.get("report_name"), site.settings.get("report_logo"))


async def answer_of(
    report: Mapping[str, Any], form: Form, *, brand: Brand, printer: Printer
) -> Response:
    """Return an audit as a page, a table or a PDF."""
    name = f"links-{report['site']['domain']}-{report['number']}"
    if form is Form.CSV:
        return Response(
            csv_of(report), media_type="text/csv; charset=utf-8", headers=_as(name, "csv")
        )
    page = html_of(report, brand)
    if form is Form.HTML:
        headers = {"Content-Security-Policy": CONTENT_POLICY, "X-Robots-Tag": "noindex"}
        return Response(page, media_type="text/html; charset=utf-8", headers=headers)
    try:
        content = await printer.pdf_of(page)
    except NoBrowserError as error:
        raise ProblemError(501, "no-browser", str(error)) from error
    return Response(content, media_type="application/pdf", headers=_as(name, "pdf"))


def _as(name: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}

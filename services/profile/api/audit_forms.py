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
        return table_answer(csv_of(report), name)
    page = html_of(report, brand)
    return page_answer(page) if form is Form.HTML else await pdf_answer(page, name, printer)


def table_answer(table: str, name: str) -> Response:
    """Return a table for a spreadsheet."""
    headers = _as(name, "csv")
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)


def page_answer(page: str, *, status: int = 200) -> Response:
    """Return a page that loads nothing and that no search engine keeps."""
    headers = {"Content-Security-Policy": CONTENT_POLICY, "X-Robots-Tag": "noindex"}
    return Response(
        page, status_code=status, media_type="text/html; charset=utf-8", headers=headers
    )


async def pdf_answer(page: str, name: str, printer: Printer) -> Response:
    """Return a page as it is printed; a problem that says what to do where it cannot be."""
    try:
        content = await printer.pdf_of(page)
    except NoBrowserError as error:
        raise ProblemError(501, "no-browser", str(error)) from error
    return Response(content, media_type="application/pdf", headers=_as(name, "pdf"))


def _as(name: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}

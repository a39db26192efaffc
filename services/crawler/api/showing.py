"""Turns rows of evidence into what the routes give out: items, WARC files, pages."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import orjson
from fastapi.responses import HTMLResponse, Response

from services.crawler.adapters.archived import text_of
from services.crawler.domain.evidence.comparing import Statement, differences, said
from services.crawler.domain.evidence.draft import Heads, heads_of
from services.crawler.domain.evidence.html import CONTENT_POLICY, Picture, page_of
from services.crawler.domain.evidence.packing import unpacked
from services.crawler.domain.evidence.warc import Item, file_of
from services.crawler.store.exhibits import Row
from shared.problems import ProblemError

_GZIP = "application/gzip"


@dataclass(frozen=True, slots=True)
class Opened:
    """One row of evidence with its content unpacked."""

    row: Row
    statement: Statement
    text: bytes
    heads: Heads
    body: bytes

    @property
    def item(self) -> Item:
        return Item(
            evidence_id=self.row["evidence_id"],
            seen_at=self.row["seen_at"],
            referring_url=self.statement["referring_url"],
            statement=self.text,
            heads=self.heads,
            body=self.body,
            shown_url=self.statement["observation"]["final_url"],
        )


def opened(row: Row) -> Opened:
    """Unpack a row; ProblemError 410 once retention has emptied it."""
    if row["expired_at"] is not None:
        raise ProblemError(
            410,
            "evidence-expired",
            "The content of this evidence was removed when its time of keeping was over.",
        )
    text = unpacked(row["statement"])
    return Opened(row, orjson.loads(text), text, heads_of(row["heads"]), unpacked(row["body"]))


def warc_answer(rows: Iterable[Row], *, name: str) -> Response:
    """Return a file for download."""
    content = file_of([opened(row).item for row in rows], version=version("anchorwatch"))
    return Response(
        content,
        media_type=_GZIP,
        headers={"Content-Disposition": f'attachment; filename="{name}.warc.gz"'},
    )


async def page_answer(row: Row, before: Row | None, *, shared_until: Any = None) -> HTMLResponse:
    """Return evidence as a page that a person can read."""
    now = opened(row)
    earlier = opened(before) if before is not None else None
    # In a thread: reading a large page takes longer than the others here may wait.
    text = await asyncio.to_thread(text_of, now.heads, now.body)
    picture = Picture(
        statement=now.statement,
        sha256=row["sha256"].hex(),
        seen_at=row["seen_at"],
        said=said(row["outcome"], row["reasons"]),
        captures=now.heads.captures,
        text=text,
        before=earlier.statement if earlier is not None else None,
        before_at=before["seen_at"] if before is not None else None,
        differences=differences(earlier.statement, now.statement) if earlier is not None else [],
        shared_until=shared_until,
        by_scripts=bool(now.heads.shown),
    )
    headers = {"Content-Security-Policy": CONTENT_POLICY, "X-Robots-Tag": "noindex"}
    return HTMLResponse(page_of(picture), headers=headers)

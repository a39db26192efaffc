"""What another tool already knew about the demo's links: an export to import, dated by that tool; pure."""

import csv
import io
from datetime import datetime, timedelta
from random import Random

from services.demo.world import SITE, Page, World

_HEADER = (
    *("Referring page title", "Referring page URL", "Language", "Referring page HTTP code"),
    *("Domain rating", "Target URL", "Left context", "Anchor", "Right context", "Type"),
    *("Nofollow", "UGC", "Sponsored", "Lost status", "Drop reason", "First seen", "Last seen"),
    "Lost",
)
_LONG_GONE = 36


def export(world: World, now: datetime) -> bytes:
    """Return the links of the world as an Ahrefs export, with links that were lost long ago."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_HEADER)
    for page in world.linking_pages:
        writer.writerow(_row(page, now))
    for row in _lost_rows(world, now):
        writer.writerow(row)
    return out.getvalue().encode("utf-8")


def _row(page: Page, now: datetime, *, lost_days: int | None = None) -> tuple[str, ...]:
    link = page.link
    assert link is not None  # noqa: S101 - only linking pages are written
    first_seen = now - timedelta(days=page.age_days)
    lost = "" if lost_days is None else _stamp(now - timedelta(days=lost_days))
    return (
        *(page.title, page.url, "en", "200" if not lost else "404", str(page.host.rating)),
        *(f"http://{SITE}{link.target}", "We went to", link.anchor, "and came back", "text"),
        *(_flag("nofollow", link.rel), _flag("ugc", link.rel), _flag("sponsored", link.rel)),
        *("notfound" if lost else "", "", _stamp(first_seen), lost or _stamp(now), lost),
    )


def _lost_rows(world: World, now: datetime) -> list[tuple[str, ...]]:
    """Return links on pages that are not there any more, so that the past has losses too."""
    random = Random(len(world.pages))  # noqa: S311 - a stage set, not a secret
    rows = []
    for number, page in enumerate(random.choices(world.linking_pages, k=_LONG_GONE)):
        lost_days = random.randint(5, 300)
        old = Page(
            host=page.host,
            path=f"/archive/{number}",
            title=f"{page.title} (archive)",
            seed=page.seed,
            link=page.link,
            age_days=lost_days + random.randint(40, 240),
        )
        rows.append(_row(old, now, lost_days=lost_days))
    return rows


def _flag(token: str, rel: tuple[str, ...]) -> str:
    return "true" if token in rel else "false"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")

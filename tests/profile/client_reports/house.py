"""A site whose last whole month is known by heart, for tests of its reports."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.profile.domain.client_report.spans import Span, month_of
from services.profile.domain.site import Site
from services.profile.domain.velocity import previous_month
from services.profile.handlers.contracts import on_placement_promised
from services.profile.handlers.observations import on_link_checked, on_link_discovered
from shared import clock
from shared.db import Database, Tx
from shared.events import PlacementPromised
from shared.ids import new_id
from shared.reporting import OutreachPart, Parts, PlacementSeen, ToxicityPart
from shared.todo import Waiting
from shared.vocabulary import Outcome, Reason, Todo
from tests.http import Http
from tests.profile.builders import TARGET, a_check, a_discovery, an_observation, an_occurrence
from tests.profile.conftest import add_link, run_jobs

MONTH = month_of(previous_month(clock.now().date()))
TEXT_OF_MONTH = f"{MONTH.starts_on:%Y-%m}"


def on(day: int, span: Span = MONTH) -> datetime:
    """Noon of the n-th day of the month."""
    return datetime(span.starts_on.year, span.starts_on.month, day, 12, tzinfo=UTC)


async def fill(database: Database, home: Site) -> dict[str, UUID]:
    """Give the site a month with one link of each fate; it is watched since two months before."""
    before = MONTH.before
    async with database.begin() as tx:
        await tx.run(
            "UPDATE sites SET created_at = $2, discovered_until = $3 WHERE site_id = $1",
            *(home.site_id, before.before.begins, MONTH.ends),
        )
        names = ("stays", "goes", "returns", "told", "changes")
        ids = {
            name: await add_link(tx, home, page=f"https://{name}.example/post") for name in names
        }
        for name in ("stays", "goes", "returns", "changes"):
            await look(tx, ids[name], 1, on(2, before))
        await lose(tx, ids["returns"], 2, on(20, before))
        await look(tx, ids["told"], 1, on(5))
        await look(tx, ids["returns"], 4, on(6))
        nofollow = (an_occurrence(rel=("nofollow",)),)
        await look(tx, ids["changes"], 2, on(7), occurrences=nofollow)
        await lose(tx, ids["goes"], 2, on(8))
        seen = an_observation(9, checked_at=on(9), occurrences=(an_occurrence(),))
        new = a_discovery(home.site_id, page="https://comes.example/post")
        await on_link_discovered([new.model_copy(update={"observation": seen})], tx)
        # A look that sees nothing takes nothing away.
        blind = (Reason.TIMEOUT,)
        down = a_check(ids["stays"], 2, Outcome.UNKNOWN, checked_at=on(10), reasons=blind)
        await on_link_checked([down], tx)
        await _agree(tx, home, "stays", "nowhere")
    return ids


async def _agree(tx: Tx, home: Site, *names: str) -> None:
    """Have links agreed; of the second there never was any."""
    promises = [
        PlacementPromised(
            workspace_id=home.workspace_id,
            site_id=home.site_id,
            placement_id=new_id(),
            terms_seq=1,
            referring_url=f"https://{name}.example/post",
            referring_domain=f"{name}.example",
            target_url=TARGET,
        )
        for name in names
    ]
    await on_placement_promised(promises, tx)


async def look(tx: Tx, link_id: UUID, seq: int, at: datetime, **given: Any) -> None:
    await on_link_checked([a_check(link_id, seq, checked_at=at, **given)], tx)


async def lose(tx: Tx, link_id: UUID, seq: int, at: datetime) -> None:
    for streak in (1, 2):
        gone = a_check(
            link_id,
            seq + streak - 1,
            Outcome.MISSING,
            streak=streak,
            checked_at=at + timedelta(hours=streak),
        )
        await on_link_checked([gone], tx)


def parts_of(site: Site) -> dict[str, Any]:
    """What the gateway brings of the other services."""
    waiting = Waiting(kind=Todo.REVIEW, site_id=site.site_id, domain=site.domain, count=3)
    letters = Waiting(kind=Todo.MAIL_STUCK, site_id=site.site_id, domain=site.domain, count=9)
    toxicity = ToxicityPart(
        decisions={"keep": 4, "disavow": 1},
        asked={"removed": 2, "asked": 1},
        gone=2,
        gone_named=["farm.example", "mill.example"],
        waiting=[waiting],
    )
    seen = PlacementSeen(
        referring_domain="paper.example",
        referring_url="https://paper.example/a",
        target_url=None,
        seen_on=date(2026, 10, 9),
    )
    outreach = OutreachPart(
        agreed=2, verified=1, verified_named=[seen], sent=12, answered=3, waiting=[letters]
    )
    return Parts(toxicity=toxicity, outreach=outreach).model_dump(mode="json")


async def make(http: Http, database: Database, site: Site, **given: Any) -> dict[str, Any]:
    """Make a report as the gateway has it made, and read it."""
    body = {"month": TEXT_OF_MONTH, "parts": parts_of(site)} | given
    started = await http.post(
        f"/v1/sites/{site.site_id}/reports", {k: v for k, v in body.items() if v is not None}
    )
    assert started.status == 202, started.body
    return await finished(http, database, started.header("location") or "")


async def finished(http: Http, database: Database, path: str) -> dict[str, Any]:
    await run_jobs(database)
    job = (await http.get(path)).json()
    assert job["state"] == "done", job
    report: dict[str, Any] = (await http.get(job["result_url"])).json()
    return report


def tag(report: dict[str, Any]) -> str:
    return f'W/"{report["version"]}"'

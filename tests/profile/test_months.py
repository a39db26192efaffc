"""Looks by month: room is made ahead of time, early rows move into it, and whole months go."""

from datetime import UTC, date, datetime

from services.profile.domain.site import Site
from services.profile.handlers.observations import on_link_checked
from services.profile.store import months
from shared.db import Database
from tests.profile.builders import PAGE, a_check
from tests.profile.conftest import add_link

EARLY = datetime(2031, 5, 31, 23, 59, tzinfo=UTC)
LATE = datetime(2031, 6, 1, 0, 0, tzinfo=UTC)


async def test_a_look_of_a_month_without_room_is_kept_and_moves_into_it(
    database: Database, home: Site
) -> None:
    async with database.begin() as tx:
        link_id = await add_link(tx, home, page=PAGE)
        looks = [a_check(link_id, 1, checked_at=EARLY), a_check(link_id, 2, checked_at=LATE)]
        await on_link_checked([*looks, *looks], tx)
        assert await tx.fetch_value("SELECT count(*) FROM observations_rest") == 2
        assert await months.add_months(tx, date(2031, 5, 17), count=2) == 2
        assert await months.add_months(tx, date(2031, 5, 31), count=2) == 0
        for part in ("observations_2031_05", "observations_2031_06"):
            assert await tx.fetch_value(f"SELECT count(*) FROM {part}") == 1
        assert await tx.fetch_value("SELECT count(*) FROM observations_rest") == 0
        await on_link_checked(looks, tx)
        assert await tx.fetch_value("SELECT count(*) FROM observations") == 2


async def test_a_month_goes_when_its_last_look_is_too_old(database: Database) -> None:
    async with database.begin() as tx:
        await months.add_months(tx, date(2031, 11, 1), count=3)
        before = await months.list_months(tx)
        # What the migration made is older than this test's time, and goes as well.
        assert await months.drop_months(tx, before=datetime(2031, 12, 31, tzinfo=UTC)) > 0
        assert await months.list_months(tx) == ["observations_2031_12", "observations_2032_01"]
        await months.drop_months(tx, before=datetime(2032, 1, 1, tzinfo=UTC))
        assert await months.list_months(tx) == ["observations_2032_01"]
        assert "observations_2031_11" in before


async def test_a_month_that_somebody_reads_stays_until_the_next_night(database: Database) -> None:
    later = datetime(2040, 1, 1, tzinfo=UTC)
    async with database.begin() as reading, database.begin() as tx:
        await reading.fetch("SELECT FROM observations LIMIT 1")
        assert await months.drop_months(tx, before=later, patience_ms=50) == 0
        assert await months.list_months(tx) != []
    async with database.begin() as tx:
        assert await months.drop_months(tx, before=later) > 0

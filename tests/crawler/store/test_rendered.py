"""Rendering: one count of a day for all processes, of each host and of all."""

from datetime import timedelta

from services.crawler.store.rendered import StoredShares, remove_old
from tests.crawler.builders import NOW, DatabaseFor


async def test_all_processes_share_a_days_pages(db_for: DatabaseFor) -> None:
    db = db_for("crawler")
    one, other = (StoredShares(db, per_host=2, in_all=3) for _ in range(2))
    assert [await shares.take("a.example", NOW) for shares in (one, other, one)] == [
        True,
        True,
        False,
    ]
    assert [await shares.take("b.example", NOW) for shares in (other, one)] == [True, False]
    assert await other.take("a.example", NOW + timedelta(days=1))


async def test_who_may_render_nothing_renders_nothing(db_for: DatabaseFor) -> None:
    db = db_for("crawler")
    assert not await StoredShares(db, per_host=0, in_all=3).take("a.example", NOW)
    assert not await StoredShares(db, per_host=3, in_all=0).take("a.example", NOW)


async def test_the_counts_of_past_days_are_forgotten(db_for: DatabaseFor) -> None:
    db = db_for("crawler")
    shares = StoredShares(db, per_host=2, in_all=3)
    await shares.take("a.example", NOW - timedelta(days=1))
    await shares.take("a.example", NOW)
    async with db.begin() as tx:
        assert await remove_old(tx, NOW.date(), limit=10) == 2
        assert await tx.fetch_value("SELECT count(*) FROM rendered") == 2

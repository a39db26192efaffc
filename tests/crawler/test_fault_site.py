"""A web that fails in every way for weeks: no loss is made up, and no true one stays hidden."""

from pathlib import Path

from services.crawler.adapters.web import Limits
from tests.crawler.builders import DatabaseFor
from tests.faultsite.script import write_script
from tests.faultsite.simulation import simulate

SEED = 20_261_122


async def test_no_failing_host_makes_a_loss_and_no_loss_hides(
    db_for: DatabaseFor, tmp_path: Path
) -> None:
    script = write_script(pages=120, rounds=8, seed=SEED)
    report = await simulate(
        script,
        folder=tmp_path,
        crawler_db=db_for("crawler"),
        profile_db=db_for("profile"),
        limits=Limits(connect_s=1.0, total_s=1.0, concurrency=16),
    )
    assert report.false_losses == []
    assert report.false_sights == []
    assert report.true_losses > 20
    assert report.share_in_time >= 0.99, report.missed_in_time
    # Whoever never looks loses nothing, either: the healthy pages were seen.
    assert report.share_seen >= 0.9


def test_a_script_is_the_same_for_the_same_seed() -> None:
    first, second = (write_script(pages=60, rounds=8, seed=7) for _ in range(2))
    assert first == second
    assert first != write_script(pages=60, rounds=8, seed=8)

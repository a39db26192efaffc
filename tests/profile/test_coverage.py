"""Who knows what: counted exactly, estimated carefully, and "too few to say" where that is so."""

import random
from collections import Counter
from datetime import timedelta

from services.profile.domain.coverage import MIN_SHARED, coverage, reminder
from services.profile.domain.site import Site
from shared.clock import now
from shared.db import Database
from tests.http import Http
from tests.profile.test_import_job import AHREFS, DOMAINS, import_files

SEMRUSH = (
    "Page ascore,Source title,Source url,Target url,Anchor\n"
    "1,T,https://one.example/a,https://acme.example/,x\n"
    "1,T,https://nine.example/a,https://acme.example/,x\n"
)


def a_world(size: int, chances: tuple[float, ...], seed: int) -> Counter[tuple[str, ...]]:
    """Let sources find each of so many pages with their chances; nobody counts what none found."""
    order = random.Random(seed)
    sets: Counter[tuple[str, ...]] = Counter()
    for _ in range(size):
        group = tuple(f"s{n}" for n, chance in enumerate(chances) if order.random() < chance)
        if group:
            sets[group] += 1
    return sets


def test_the_unseen_are_estimated_near_the_truth_where_sources_are_independent() -> None:
    inside = 0
    for seed in range(40):
        for chances in ((0.5, 0.6), (0.3, 0.4, 0.5), (0.5, 0.5, 0.5, 0.5)):
            guess = coverage(a_world(2_000, chances, seed), noun="pages").estimate
            assert guess is not None
            assert guess.low <= guess.total <= guess.high
            inside += abs(guess.total - 2_000) < 200
    assert inside >= 0.9 * 120


def test_too_few_to_say_is_said() -> None:
    few: list[dict[tuple[str, ...], int]] = [
        {},
        {("a",): 500},
        {("a",): 500, ("b",): 400, ("a", "b"): MIN_SHARED - 1},
    ]
    for sets in few:
        found = coverage(sets, noun="pages")
        assert found.estimate is None
        assert "Too few" in found.sentence or "one source" in found.sentence or not sets


def test_where_all_agree_nothing_is_unseen() -> None:
    guess = coverage({("a", "b"): 100}, noun="pages").estimate
    assert guess is not None
    assert (guess.total, guess.low, guess.high) == (100, 100, 100)


def test_old_data_is_reminded_of() -> None:
    assert reminder("Ahrefs", now() - timedelta(days=10), now=now()) is None
    assert "40 days" in (reminder("Ahrefs", now() - timedelta(days=40), now=now()) or "")


async def test_the_route_tells_shares_overlaps_and_dates(
    alice: Http, database: Database, home: Site
) -> None:
    for name, text in (("a", AHREFS), ("s", SEMRUSH), ("g", DOMAINS)):
        await import_files(alice, database, home, (f"{name}.csv", text))
    found = (await alice.get(f"/v1/sites/{home.site_id}/coverage")).json()
    assert found["pages"]["known"] == 3
    shares = {one["source"]: (one["known"], one["only"]) for one in found["pages"]["sources"]}
    assert shares == {"ahrefs": (2, 1), "semrush": (2, 1)}
    [pair] = found["pages"]["overlaps"]
    assert (pair["both"], pair["of_one"]) == (1, 0.5)
    assert found["pages"]["estimate"] is None
    assert "Too few to say" in found["pages"]["sentence"]
    assert {one["source"] for one in found["domains"]["sources"]} == {"ahrefs", "semrush", "gsc"}
    dates = {one["source"]: one["data_until"] for one in found["freshness"]}
    assert dates["ahrefs"] == "2026-10-02T10:00:00Z"
    assert found["new_links_known_until"] == "2026-10-02T10:00:00Z"

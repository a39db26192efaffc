"""What a link is worth: the product that people are shown is the one that the database keeps."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from math import prod

from hypothesis import given, settings
from hypothesis import strategies as st

from services.profile.domain.site import Site
from services.profile.domain.value import (
    AUTHORITY_METRICS,
    BANDS,
    KINDS,
    POSITIONS,
    TRAFFIC_METRIC,
    ValueInputs,
    parts_of,
    target_weight,
    value_of,
)
from services.profile.handlers.observations import on_link_checked
from services.profile.jobs.nightly import Nightly
from shared import jsontext
from shared.db import Database
from shared.events import LinkTracked
from tests.http import Http
from tests.profile.builders import NOON, PAGE, TARGET, a_check
from tests.profile.conftest import add_link, get_link, published
from tests.profile.test_import_job import import_files

_FLAG = st.none() | st.booleans()
_TENTHS = st.integers(0, 1000).map(lambda number: number / 10)
_INPUTS = st.builds(
    ValueInputs,
    authority=st.none() | st.integers(0, 1000).map(lambda number: number / 1000),
    metrics=st.dictionaries(st.sampled_from((*AUTHORITY_METRICS, TRAFFIC_METRIC)), _TENTHS),
    followed=_FLAG,
    indexable=_FLAG,
    position=st.none() | st.sampled_from(sorted(POSITIONS)),
    kind=st.none() | st.sampled_from([*sorted(KINDS), "text"]),
    relevance=st.none() | st.integers(0, 10).map(lambda number: number / 10),
    toxicity_band=st.none() | st.sampled_from([*sorted(BANDS), "ok", "insufficient_data"]),
)


@settings(max_examples=200, deadline=None)
@given(_INPUTS)
def test_the_parts_multiply_to_the_value_exactly(inputs: ValueInputs) -> None:
    product = prod((part.factor for part in parts_of(inputs)), start=Decimal(1))
    assert abs(value_of(inputs) - product) <= Decimal("0.00005")
    assert value_of(inputs) >= 0
    assert all(part.sentence for part in parts_of(inputs))


def test_a_link_of_which_nothing_is_known_is_worth_one() -> None:
    assert value_of(ValueInputs()) == 1


def test_what_is_better_is_worth_more() -> None:
    good = ValueInputs(authority=0.9, followed=True, indexable=True, position="content")
    assert value_of(good) > value_of(ValueInputs(authority=0.5, followed=True)) == 1
    assert value_of(ValueInputs(followed=False)) == Decimal("0.25")
    assert value_of(ValueInputs(metrics={"ahrefs_dr": 100.0})) == 4
    assert value_of(ValueInputs(authority=0.0, metrics={"ahrefs_dr": 100.0})) == Decimal("0.25")
    assert value_of(ValueInputs(toxicity_band="propose_disavow")) == Decimal("0.05")


async def test_the_database_computes_the_same_value(db_for: Callable[[str], Database]) -> None:
    draws: list[ValueInputs] = []

    @settings(max_examples=300, deadline=None, derandomize=True)
    @given(_INPUTS)
    def draw(inputs: ValueInputs) -> None:
        draws.append(inputs)

    draw()
    async with db_for("profile").begin() as tx:
        rows = await tx.fetch(
            "SELECT link_value(authority, metrics, followed, indexable, position, kind, relevance,"
            " toxicity_band) FROM json_to_recordset($1::json) AS u(authority float8, metrics jsonb,"
            " followed boolean, indexable boolean, position text, kind text, relevance float8,"
            " toxicity_band text)",
            jsontext.dumps([asdict(one) for one in draws]).decode(),
        )
    assert [row[0] for row in rows] == [float(value_of(one)) for one in draws]


async def test_a_page_about_the_keywords_makes_its_link_worth_more(
    database: Database, home: Site, alice: Http
) -> None:
    keyword = home.keywords[0]
    async with database.begin() as tx:
        about = await add_link(tx, home, page=f"{PAGE}/about")
        other = await add_link(tx, home, page=f"{PAGE}/other")
        titled = [(about, f"All about {keyword}"), (other, "Tea at home")]
        await on_link_checked([a_check(one, 1, title=title) for one, title in titled], tx)
    found = [(await alice.get(f"/v1/links/{one}")).json() for one in (about, other)]
    assert [link["value"] for link in found] == [1.3, 0.7]
    for link in found:
        assert round(prod(part["factor"] for part in link["value_parts"]), 4) == link["value"]
        assert link["domain_links"] == 1


async def test_links_to_the_top_pages_of_a_list_are_told_to_the_crawler_as_worth_more(
    database: Database, home: Site, alice: Http
) -> None:
    top, middle, other = "https://acme.example/", "https://acme.example/m", TARGET
    async with database.begin() as tx:
        ids = [
            await add_link(tx, home, page=f"{PAGE}/{n}", target=target)
            for n, target in enumerate((top, middle, other))
        ]
    rows = f"Target page,Incoming links,Linking sites\n{top},9999,80\n{middle},99,4\n"
    await import_files(alice, database, home, ("top.csv", rows))
    async with database.begin() as tx:
        told = {one.link_id: one.value for one in await published(tx, LinkTracked)}
        weights = await tx.fetch("SELECT link_id, target_weight FROM links")
    assert told == {ids[0]: 3.0, ids[1]: target_weight(99, 9999)}
    assert {row["link_id"]: row["target_weight"] for row in weights} == {
        **told, ids[2]: 1.0,
    }  # fmt: skip
    shown = [(await alice.get(f"/v1/links/{one}")).json()["value"] for one in ids]
    assert shown == [1.0, 1.0, 1.0]  # what a link is worth to the site stays
    # A link that comes later is weighed at night; taken back, the list weighs nothing.
    async with database.begin() as tx:
        late = await add_link(tx, home, page=f"{PAGE}/late", target=top)
    night = Nightly(database, hour=3, observation_days=30, alert_days=180)
    await night.sweep(NOON, asyncio.Event())
    async with database.begin() as tx:
        assert (await published(tx, LinkTracked))[-1].link_id == late
        await tx.run("DELETE FROM target_claims")
    await night.sweep(NOON, asyncio.Event())
    async with database.begin() as tx:
        again = (await published(tx, LinkTracked))[-3:]
        assert {one.link_id: one.value for one in again} == dict.fromkeys((*ids[:2], late), 1.0)


async def test_the_crawler_is_told_of_values_that_moved(database: Database, home: Site) -> None:
    async with database.begin() as tx:
        strong, same = [await add_link(tx, home, page=f"{PAGE}/{n}") for n in range(2)]
        metrics = "UPDATE links SET metrics = $2 WHERE link_id = $1"
        await tx.run(metrics, strong, '{"ahrefs_dr": 90}')
        await tx.run(metrics, same, '{"ahrefs_dr": 51}')
    night = Nightly(database, hour=3, observation_days=30, alert_days=180)
    for _ in range(2):
        await night.sweep(NOON, asyncio.Event())
    async with database.begin() as tx:
        [told] = await published(tx, LinkTracked)
        row = await get_link(tx, strong)
    assert (told.link_id, told.value) == (strong, row.value)
    assert told.tracked_seq == row.tracked_seq == 2
    assert told.value > 2

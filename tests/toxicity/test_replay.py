"""Every score can be made again from its inputs, and a new model's differences are streamed."""

import tracemalloc
from collections.abc import Iterator
from datetime import date
from itertools import islice
from uuid import UUID

import orjson
from hypothesis import given

from services.toxicity.domain.facts import Facts
from services.toxicity.domain.ingest import canonical
from services.toxicity.domain.inputs import facts_of, inputs_json
from services.toxicity.domain.layer import Layer
from services.toxicity.domain.rescore import Standing, Tally, differences
from services.toxicity.domain.score import judge, waterfall_json
from services.toxicity.domain.source import (
    GraphView,
    ListsView,
    NameView,
    NetworkView,
    Source,
    TurnView,
)
from shared.ids import new_id
from shared.vocabulary import Action, Band
from tests.toxicity.builders import a_link_farm, a_poisoned_link, facts
from tests.toxicity.test_score import all_facts

FULL = Source(
    name=NameView(0.9, ("a word",)),
    lists=ListsView(("one",), 1.0),
    graph=GraphView(authority=0.5, in_links=9),
    network=NetworkView("n", 4, 30.0, (("template", "ff"),)),
    turn=TurnView(date(2026, 11, 1), ("A sign.",)),
)
FINE = Standing(5, Band.OK, Action.NONE, "evidence-0")


def replayed(given_facts: Facts) -> Facts:
    return facts_of(orjson.loads(canonical(inputs_json(given_facts))))


@given(all_facts)
def test_a_score_is_made_again_from_its_inputs(given_facts: Facts) -> None:
    again = replayed(given_facts)
    assert again == given_facts
    assert canonical(waterfall_json(judge(again))) == canonical(waterfall_json(judge(given_facts)))


def test_what_is_known_of_the_source_is_among_the_inputs() -> None:
    given_facts = facts(source=FULL, layer=Layer(800, 120))
    assert replayed(given_facts) == given_facts


def links(count: int) -> Iterator[tuple[UUID, Standing, Facts]]:
    fine, bad = facts(), facts(link=a_poisoned_link(hidden=True), page=a_link_farm())
    for number in range(count):
        yield new_id(), FINE, bad if number % 10 == 0 else fine


def test_only_links_that_are_judged_otherwise_are_told() -> None:
    tally = Tally()
    told = list(differences(links(100), tally))
    assert (tally.looked, tally.changed, tally.crossed) == (100, 10, 10)
    assert {one.after.band for one in told} == {Band.PROPOSE_DISAVOW}
    assert all(one.before == FINE for one in told)


def test_a_dry_run_of_any_length_needs_no_more_memory() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in differences(links(count), Tally()):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(200)
    assert peak(4_000) < peak(1_000) + 100_000
    assert len(list(islice(differences(links(10**9), Tally()), 3))) == 3

"""The four answers about links and the domains that they come from, from what is stored of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.toxicity.domain.answers import Answers, answers_of, answers_of_source
from services.toxicity.domain.facts import Facts
from services.toxicity.domain.score import Score, judge
from services.toxicity.store import scores
from services.toxicity.store.reads import Judged
from shared.db import Tx


async def of_links(tx: Tx, judged: Sequence[Judged], *, now: datetime) -> Mapping[UUID, Answers]:
    """Return the answers of each of these links; what is said of the score is that in force."""
    found = await _judge(tx, judged, now=now)
    return {link_id: answers_of(facts, score) for link_id, (facts, score) in found.items()}


async def of_source(tx: Tx, judged: Sequence[Judged], *, now: datetime) -> Answers | None:
    """Return the answers about the one domain that these links come from."""
    return answers_of_source(list((await _judge(tx, judged, now=now)).values()))


async def of_worst(tx: Tx, link_ids: Sequence[UUID], *, now: datetime) -> Mapping[UUID, Answers]:
    """Return the answers of links by their ids alone."""
    facts = await scores.read_facts(tx, link_ids, now=now)
    return {link_id: answers_of(one, judge(one)) for link_id, one in facts}


async def _judge(
    tx: Tx, judged: Sequence[Judged], *, now: datetime
) -> Mapping[UUID, tuple[Facts, Score]]:
    kept = {one.link_id: one for one in judged}
    facts = await scores.read_facts(tx, list(kept), now=now)
    return {link_id: (one, _in_force(judge(one), kept[link_id])) for link_id, one in facts}


def _in_force(score: Score, kept: Judged) -> Score:
    return replace(
        score, milli=kept.milli, band=kept.band, action=kept.action, sentence=kept.sentence
    )

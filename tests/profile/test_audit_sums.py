"""Every figure of an audit is the count of the list that it names, whatever the profile looks like."""

import random
from typing import Any

import pytest

from services.profile.domain.decisions import Verdict
from services.profile.domain.health import Facts, health_of
from services.profile.domain.site import Site
from services.profile.handlers.observations import on_link_checked, on_link_discovered
from services.profile.store import decisions
from shared import clock
from shared.db import Database
from shared.vocabulary import LinkStatus, Outcome, Position, Reason
from tests.http import Http
from tests.profile.builders import a_check, a_discovery, an_occurrence
from tests.profile.conftest import add_link
from tests.profile.test_audits import make_audit

_ANCHORS = (
    "Acme Home",
    "garden furniture",
    "click here",
    "https://acme.example/",
    "Zürich, 50 % & +",
    "",
)
_TLDS = ("example", "de", "co.uk", "io")


async def furnish(database: Database, home: Site, seed: int) -> None:
    """Give a site links of every kind: seen, lost, blind, overridden, tagged with every fact."""
    source = random.Random(seed)
    async with database.begin() as tx:
        ids = []
        for number in range(40):
            domain = f"host{source.randrange(12)}.{source.choice(_TLDS)}"
            page = f"https://sub{source.randrange(2)}.{domain}/{number}"
            target = source.choice(("https://acme.example/a", "https://acme.example/b?x=1,2", None))
            ids.append(await add_link(tx, home, page=page, target=target))
        sitewide = [
            await add_link(
                tx, home, page=f"https://wide.example/{n}", target="https://acme.example/"
            )
            for n in range(11)
        ]
        for seq, link_id in enumerate([*ids, *sitewide] * 3, start=1):
            await on_link_checked([_look(source, link_id, seq)], tx)
        for number, link_id in enumerate(sitewide):
            place = an_occurrence("https://acme.example/")
            await on_link_checked([a_check(link_id, 900 + number, occurrences=(place,))], tx)
        for number in range(4):
            page = f"https://new{number}.example/"
            await on_link_discovered([a_discovery(home.site_id, 500 + number, page=page)], tx)
        verdict = Verdict(LinkStatus.LIVE, "seen in a browser")
        await decisions.override_links(tx, ids[:3], verdict, actor="alice", now=clock.now())
        await tx.run(
            "UPDATE links SET toxicity_band = (ARRAY['ok', 'watch', 'review'])[1 + version % 3],"
            " toxicity_action = (ARRAY['no_action_needed', 'review', 'monitor'])[1 + version % 3]"
            " WHERE ever_live"
        )
        await tx.run(
            "INSERT INTO targets (site_id, target_key, target_url, check_seq, checked_at, broken,"
            " redirects) SELECT site_id, target_key, min(target_url), 1, now(), true, '[]' FROM links"
            " WHERE target_url LIKE '%/b?x=1,2' GROUP BY site_id, target_key"
        )
        await tx.run(
            "INSERT INTO domain_claims (site_id, source, domain, claim, claimed_at)"
            " VALUES ($1, 'moz', 'only-claimed.example', '{}', now()), ($1, 'moz', 'wide.example', '{}', now())",
            home.site_id,
        )


def _look(source: random.Random, link_id: Any, seq: int) -> Any:
    luck = source.random()
    if luck < 0.15:
        return a_check(link_id, seq, Outcome.UNKNOWN, reasons=(Reason.TIMEOUT,))
    if luck < 0.35:
        return a_check(link_id, seq, Outcome.MISSING, streak=source.randrange(1, 3))
    target = source.choice(("https://acme.example/a", "https://acme.example/b?x=1,2"))
    place = an_occurrence(
        target,
        anchor_text=source.choice(_ANCHORS),
        rel=source.choice(((), ("nofollow",), ("sponsored", "ugc"))),
        position=source.choice(list(Position)),
    )
    return a_check(
        link_id,
        seq,
        occurrences=(place,),
        indexable=source.random() < 0.8,
        lang=source.choice(("de", "en-US", "pt-BR", None)),
        platform=source.choice(("wordpress", None)),
        ip=source.choice(("192.0.2.1", "192.0.2.9", "2001:db8::1", None)),
    )


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_figure_is_the_count_of_its_list(
    alice: Http, database: Database, home: Site, seed: int
) -> None:
    await furnish(database, home, seed)
    report = await make_audit(alice, database, home)
    wrong = []
    for figure in [*report["figures"], *report["findings"]]:
        mark = "&" if "?" in figure["list_url"] else "?"
        answer = await alice.get(f"{figure['list_url']}{mark}include=count&limit=1")
        assert answer.status == 200, (figure, answer.body)
        if answer.json()["count"] != figure["count"]:
            wrong.append((figure["code"], figure["count"], answer.json()["count"]))
    assert wrong == []
    counted = {figure["code"]: figure["count"] for figure in report["figures"]}
    for code in ("domains_sitewide", "domains_only_claimed", "domains_ip_blocks", "lang_de"):
        assert counted[code] > 0, code
    present = counted["links_present"]
    for group in ("positions", "lang", "country", "platform"):
        parts = [one["count"] for one in report["figures"] if one["group"] == group]
        assert sum(parts) == present, group
    assert sum(report["anchors"]["by_link"].values()) == present


def test_the_parts_of_health_and_the_score_sum_to_a_hundred() -> None:
    facts = Facts(
        present=80,
        not_indexable=8,
        on_broken_targets=20,
        lost_90d=20,
        off_contract=1,
        contracts=3,
        judged=50,
        worth_action=5,
    )
    health = health_of(facts)
    assert health.score == round(100 - sum(part.points for part in health.parts))
    assert [part.points for part in health.parts] == [5.0, 6.2, 2.0, 5.0, 1.5]
    few = health_of(Facts(9, 0, 0, 0, 0, 0, 0, 0))
    assert few.score is None

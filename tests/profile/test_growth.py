"""The nightly look at a site's growth: each burst and drop is told once, an import never."""

from datetime import UTC, datetime, timedelta

from services.profile.domain.alerts import AlertKind
from services.profile.domain.site import Site
from services.profile.jobs.growth import watch_growth
from shared.db import Database, Tx
from shared.events import AnchorsDrifted, VelocityAnomalyDetected
from shared.ids import new_id
from shared.urls import page_id
from shared.vocabulary import DiscoveryReason, Role
from tests.http import Http
from tests.profile.alerts.house import a_rule, only_rules
from tests.profile.alerts.house import told as alerts_told
from tests.profile.conftest import a_caller, as_caller, published

TODAY = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
_INSERT = """
    INSERT INTO links (link_id, workspace_id, site_id, referring_url, referring_host, referring_domain,
        page_key, target_url, target_key, discovery, status, good_status, found_seq, known_since,
        gained_at, lost_at, anchor_text, anchor_kind, source_ip)
    SELECT u.link_id, $2, $3, 'https://' || u.domain || '/post', u.domain, u.domain, u.page_key,
        'https://acme.example/', $4, u.discovery, u.status, u.status, 1, u.known, u.gained, u.lost,
        u.anchor, u.kind, u.ip::inet
    FROM unnest($1::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::timestamptz[],
        $10::timestamptz[], $11::timestamptz[], $12::text[], $13::text[], $14::text[])
      AS u(link_id, domain, page_key, discovery, status, known, gained, lost, anchor, kind, ip)
"""


class Links:
    """Collects links of a made-up past and writes them at once."""

    def __init__(self) -> None:
        self.rows: list[tuple[object, ...]] = []

    def add(
        self,
        count: int,
        *,
        known: int,
        lost: int | None = None,
        imported: bool = False,
        kind: str = "branded",
        network: str | None = None,
    ) -> None:
        """Add links of domains of their own, known (and lost) so many days ago."""
        for _ in range(count):
            number = len(self.rows)
            domain = f"site{number}.example"
            came = TODAY - timedelta(days=known)
            discovery = DiscoveryReason.IMPORTED if imported else DiscoveryReason.LINK_ADDED
            self.rows.append(
                (
                    new_id(), domain, page_id(f"https://{domain}/post"), discovery.value,
                    "live" if lost is None else "lost", came, None if imported else came,
                    None if lost is None else TODAY - timedelta(days=lost), f"anchor {number}", kind,
                    f"{network}.{number % 250}" if network else f"10.{number // 250}.{number % 250}.9",
                )
            )  # fmt: skip

    async def save(self, tx: Tx, site: Site) -> None:
        columns = [list(column) for column in zip(*self.rows, strict=True)]
        await tx.run(
            _INSERT,
            columns[0], site.workspace_id, site.site_id, page_id("https://acme.example/"), *columns[1:],
        )  # fmt: skip


def a_quiet_past(links: Links) -> None:
    """A hundred domains from a file long ago, then one or two new ones a day."""
    links.add(400, known=150, imported=True)
    for day in range(149, 0, -1):
        links.add(1 + day % 2, known=day)


async def told(tx: Tx) -> list[VelocityAnomalyDetected]:
    while await watch_growth(tx, TODAY):
        pass
    return await published(tx, VelocityAnomalyDetected)


async def test_a_burst_is_told_once_with_its_evidence(tx: Tx, site: Site) -> None:
    links = Links()
    a_quiet_past(links)
    links.add(25, known=2)
    await links.save(tx, site)
    discovered = TODAY - timedelta(days=1)
    await tx.run("UPDATE sites SET discovered_until = $1", discovered)
    [event] = await told(tx)
    assert event.new_links_known_until == discovered
    assert (event.kind, event.site_id) == ("burst", site.site_id)
    assert event.started_on == (TODAY - timedelta(days=2)).date()
    assert event.count > 25
    assert event.confidence > 0.99
    assert len(event.domains) == 20
    assert "referring domains came" in event.sentence
    tomorrow = TODAY + timedelta(days=1)
    assert await watch_growth(tx, tomorrow) == 1
    assert await watch_growth(tx, tomorrow) == 0
    assert await told(tx) == [event]


async def test_what_was_unusual_raises_an_alert_for_whom_a_rule_asks_it(tx: Tx, site: Site) -> None:
    await only_rules(
        tx, site, a_rule(site, AlertKind.VELOCITY_ANOMALY), a_rule(site, AlertKind.LINK_LOST)
    )
    links = Links()
    a_quiet_past(links)
    links.add(25, known=2)
    await links.save(tx, site)
    [event] = await told(tx)
    [alert] = await alerts_told(tx, TODAY)
    assert (alert.title, alert.count) == (event.sentence, 1)
    assert alert.sentences == ("Look at Growth, which days and domains it was.",)


async def test_an_import_is_no_growth_whatever_it_holds(tx: Tx, site: Site) -> None:
    links = Links()
    a_quiet_past(links)
    links.add(900, known=2, imported=True)
    links.add(60, known=3, lost=1, imported=True)
    await links.save(tx, site)
    assert await told(tx) == []


async def test_links_that_died_together_are_told_with_what_they_share(tx: Tx, site: Site) -> None:
    links = Links()
    a_quiet_past(links)
    links.add(14, known=100, lost=2, network="203.0.113")
    await links.save(tx, site)
    [event] = await told(tx)
    assert event.kind == "drop"
    assert event.patterns[0].startswith("These 14 links died together")
    assert "one network (203.0.113.0/24)" in event.patterns[0]


async def test_old_news_is_kept_and_wakes_nobody(tx: Tx, site: Site) -> None:
    links = Links()
    a_quiet_past(links)
    links.add(30, known=60)
    await links.save(tx, site)
    assert await told(tx) == []
    assert await tx.fetch_value("SELECT count(*) FROM anomalies") == 1


async def test_anchors_of_other_kinds_are_told_once(tx: Tx, site: Site) -> None:
    links = Links()
    links.add(200, known=150, imported=True)
    for day in range(27, 1, -1):
        links.add(1, known=day, kind="exact")
    await links.save(tx, site)
    await told(tx)
    [event] = await published(tx, AnchorsDrifted)
    assert event.kinds_new == {"exact": 26}
    assert event.divergence > 1
    await watch_growth(tx, TODAY + timedelta(days=1))
    assert len(await published(tx, AnchorsDrifted)) == 1


async def test_the_routes_tell_what_the_night_found(
    alice: Http, database: Database, home: Site
) -> None:
    links = Links()
    a_quiet_past(links)
    links.add(14, known=100, lost=2, network="203.0.113")
    async with database.begin() as tx:
        await links.save(tx, home)
        await told(tx)
    answer = await alice.get(f"/v1/sites/{home.site_id}/anomalies")
    item = answer.json()["items"][0]  # the newest
    assert item["kind"] == "drop"
    assert item["evidence"]["patterns"]
    answer = await alice.get(f"/v1/sites/{home.site_id}/patterns?days=90")
    assert answer.status == 200


async def test_the_rebalancing_names_who_could_change_what(
    alice: Http, app: object, database: Database, home: Site
) -> None:
    links = Links()
    links.add(60, known=100, kind="branded")
    links.add(20, known=100, kind="exact")
    async with database.begin() as tx:
        await links.save(tx, home)
    path = f"/v1/sites/{home.site_id}/anchors/rebalancing?placements=3"
    found = (await alice.get(path)).json()
    assert found["changes_needed"] == len(found["changes"]) == 12
    assert found["changes"][0]["who"].startswith("The owner of site")
    assert found["targets"][0]["changes"] == 12
    assert len(found["next"]) == 3
    client = as_caller(app, a_caller(home, Role.CLIENT))  # type: ignore[arg-type]
    seen = (await client.get(path)).json()
    assert "vendor_name" not in seen["changes"][0]
    anchors = (await alice.get(f"/v1/sites/{home.site_id}/anchors")).json()
    assert anchors["explained"] == 1.0
    assert anchors["items"][0]["rule"]

"""The figures of an audit, each with the list that it counts; pure.

A figure is never shown without its list: `path` is the query whose `include=count` is the figure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from services.profile.domain.anchors import AnchorCount, KindCount
from services.profile.domain.velocity import Interval, Period, start_of
from shared import place_words, words
from shared.vocabulary import AnchorKind, Band, LinkStatus, Position, Reason

PRESENT = {"status": "live,changed"}
RECENT = timedelta(days=30)
UNSEEN = timedelta(days=14)
EARNED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, what it counts, and the list that it counts."""

    code: str
    group: str
    label: str
    unit: str
    count: int
    list_url: str


@dataclass(frozen=True, slots=True)
class Lists:
    """The routes of the lists of one site, as of the moment of an audit."""

    site_id: UUID
    now: datetime

    def of(self, name: str, /, **query: object) -> str:
        """Return the route of a list: links, domains, origins, changes or targets."""
        path = f"/v1/sites/{self.site_id}/{name}"
        given = {key: _text(value) for key, value in query.items() if value is not None}
        # Commas stay as they are: a person may read the address.
        return f"{path}?{urlencode(given, safe=',:/')}" if given else path

    def present(self, **query: object) -> str:
        """Return the list of the links that are there."""
        return self.of("links", **PRESENT, **query)

    def ago(self, span: timedelta) -> datetime:
        return self.now - span


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value).lower() if isinstance(value, bool) else str(value)


def totals(lists: Lists, overview: Mapping[str, Any]) -> Iterator[Figure]:
    """Return the figures that a site is summed up by."""
    recent = lists.ago(RECENT)
    rows = (
        ("links", "Links known", lists.of("links")),
        ("links_present", "Links present", lists.present()),
        ("links_counting", "Links that count for SEO", lists.present(counts=True)),
        ("links_followed", "Links followed", lists.present(followed=True)),
        (
            "confirming",
            "Missed once, waiting for a second look",
            lists.of("links", confirming=True),
        ),
        ("gained_30d", "Gained in 30 days", lists.present(gained_from=recent)),
        ("lost_30d", "Lost in 30 days", lists.of("links", status="lost", lost_from=recent)),
        ("off_contract", "Not as agreed", lists.of("links", contract_state="mismatched")),
        (
            "unseen_14d",
            "Not seen for 14 days or more",
            lists.of("links", status="unknown", last_seen_before=lists.ago(UNSEEN)),
        ),
    )
    for code, label, path in rows:
        yield Figure(code, "totals", label, "links", overview.get(code, 0), path)
    for status in LinkStatus:
        label = words.status(status, now=lists.now).label
        path = lists.of("links", status=status)
        yield Figure(f"status_{status}", "statuses", label, "links", overview.get(status, 0), path)


def domains(lists: Lists, counts: Mapping[str, int]) -> Iterator[Figure]:
    """Return the figures of referring domains, hosts, addresses and blocks."""
    origins = lists.of
    rows = (
        (
            "known",
            "Domains that ever had a link",
            "domains",
            lists.of("domains", only_claimed=False),
        ),
        ("present", "Domains with a link in place", "domains", lists.of("domains", **PRESENT)),
        (
            "counting",
            "Domains with a link that counts",
            "domains",
            lists.of("domains", **PRESENT, counts=True),
        ),
        (
            "only_claimed",
            "Domains that other tools claim, without a page",
            "domains",
            lists.of("domains", only_claimed=True),
        ),
        (
            "sitewide",
            "Domains linking from many pages",
            "domains",
            lists.of("domains", sitewide=True),
        ),
        ("hosts", "Hosts (subdomains apart)", "hosts", origins("origins", by="host")),
        ("ips", "IP addresses", "addresses", origins("origins", by="ip")),
        ("ip_blocks", "C-blocks", "blocks", origins("origins", by="ip_block")),
    )
    for code, label, unit, path in rows:
        yield Figure(f"domains_{code}", "domains", label, unit, counts.get(code, 0), path)


_RELS: dict[str, tuple[str, dict[str, object]]] = {
    "followed": ("Followed", {"followed": True}),
    "unfollowed": ("Not followed", {"followed": False}),
    "nofollow": ("Marked nofollow", {"rel": "nofollow"}),
    "sponsored": ("Marked sponsored", {"rel": "sponsored"}),
    "ugc": ("Marked as users' content", {"rel": "ugc"}),
}


def rels(lists: Lists, counts: Mapping[str, int]) -> Iterator[Figure]:
    """Return how many present links carry which token."""
    for code, (label, query) in _RELS.items():
        path = lists.present(**query)
        yield Figure(f"rel_{code}", "rel", label, "links", counts.get(code, 0), path)


def places(lists: Lists, counts: Mapping[str, int]) -> Iterator[Figure]:
    """Return where on their pages the present links stand."""
    for position in Position:
        path = lists.present(position=position)
        label = words.position(position).label
        yield Figure(
            f"position_{position}", "positions", label, "links", counts.get(position, 0), path
        )


_NAMES = {
    "lang": place_words.language,
    "country": place_words.country,
    "platform": place_words.platform,
}


def origins(lists: Lists, groups: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Figure]:
    """Return the languages, countries and platforms that most present links come from."""
    for by, name_of in _NAMES.items():
        for group in groups.get(by, ()):
            value = group["value"]
            path = lists.present(**{by: value})
            yield Figure(f"{by}_{value}", by, name_of(value), "links", group["links"], path)


def anchors(
    lists: Lists, kinds: Sequence[KindCount], texts: Sequence[AnchorCount]
) -> Iterator[Figure]:
    """Return the anchors by kind, by domain and by link, and the most used ones."""
    for one in kinds:
        label = words.anchor_kind(one.kind).label
        query = {**PRESENT, "anchor_kind": one.kind}
        by_domain, by_link = lists.of("domains", **query), lists.of("links", **query)
        code = f"anchor_{one.kind}"
        yield Figure(f"{code}_domains", "anchors", label, "domains", one.domains, by_domain)
        yield Figure(f"{code}_links", "anchors", label, "links", one.links, by_link)
    for number, text in enumerate(texts, start=1):
        path = lists.of("domains", **anchor_query(text.text, text.kind))
        label = text.text or "(no text)"
        yield Figure(f"anchor_text_{number}", "anchor_texts", label, "domains", text.domains, path)


def anchor_query(text: str, kind: AnchorKind) -> dict[str, object]:
    """Return the filter of the present links with an anchor."""
    return {**PRESENT, "anchor": text, "anchor_kind": kind}


def toxicity(lists: Lists, section: Mapping[str, Any]) -> Iterator[Figure]:
    """Return the bands and the two densities; clients are not shown the ignored one."""
    for band in Band:
        path = lists.of("links", toxicity_band=band)
        label = words.band(band).label
        count = section["bands"].get(band, 0)
        yield Figure(f"band_{band}", "toxicity", label, "links", count, path)
    for code, label, actions in (
        ("worth_action", "Worth action", "review,request_removal,propose_disavow"),
        ("ignored_by_search_engines", "Junk that search engines ignore", "no_action_needed"),
    ):
        path = lists.of("links", toxicity_action=actions)
        count = section.get(code, {}).get("links", 0)
        yield Figure(f"toxic_{code}", "toxicity", label, "links", count, path)


_MOVES = {
    "gained_links": "links gained",
    "lost_links": "links lost",
    "recovered_links": "links back",
    "gained_domains": "domains gained",
    "lost_domains": "domains lost",
}


def moves(lists: Lists, months: Sequence[Period]) -> Iterator[Figure]:
    """Return what came and went month by month."""
    for month in months:
        since, until = _month(month.starts_on)
        paths = {
            "gained_links": lists.of("links", verified=True, gained_from=since, gained_to=until),
            "lost_links": lists.of("changes", kind="lost", **{"from": since, "to": until}),
            "recovered_links": lists.of(
                "changes", kind="recovered", **{"from": since, "to": until}
            ),
            "gained_domains": lists.of("domains", domain_gained_from=since, domain_gained_to=until),
            "lost_domains": lists.of("domains", domain_lost_from=since, domain_lost_to=until),
        }
        for name, label in _MOVES.items():
            code = f"{name}_{month.starts_on:%Y-%m}"
            unit = "domains" if name.endswith("domains") else "links"
            said = f"{month.starts_on:%B %Y}: {label}"
            yield Figure(code, "velocity", said, unit, getattr(month, name), paths[name])


def _month(starts_on: date) -> tuple[datetime, datetime]:
    ends_on = start_of(Interval.MONTH, starts_on + timedelta(days=31))
    return tuple(datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (starts_on, ends_on))  # type: ignore[return-value]


def targets(lists: Lists, rows: Sequence[Mapping[str, Any]]) -> Iterator[Figure]:
    """Return what each page of the site has, earned and lost."""
    since = lists.ago(EARNED)
    for number, row in enumerate(rows, start=1):
        page = row["target_url"]
        lost = lists.of("links", status="lost", target_url=page)
        yield Figure(
            *(f"target_{number}", "targets", page, "links"),
            *(row["links_present"], lists.present(target_url=page)),
        )
        yield Figure(
            *(f"target_{number}_domains", "targets", f"{page}: domains", "domains"),
            *(row["referring_domains"], lists.of("domains", **PRESENT, target_url=page)),
        )
        yield Figure(
            *(f"target_{number}_lost", "targets", f"{page}: lost", "links"),
            *(row["links_lost"], lost),
        )
        yield Figure(
            *(f"target_{number}_gained_90d", "targets", f"{page}: gained in 90 days", "links"),
            *(row["gained_90d"], lists.present(target_url=page, gained_from=since)),
        )
        yield Figure(
            *(f"target_{number}_lost_90d", "targets", f"{page}: lost in 90 days", "links"),
            *(row["lost_90d"], f"{lost}&lost_from={_text(since)}"),
        )


def sitewide(lists: Lists, rows: Sequence[Mapping[str, Any]]) -> Iterator[Figure]:
    """Return the domains that link from many pages: each counts once as a domain."""
    for row in rows:
        domain = row["domain"]
        path = lists.present(referring_domain=domain)
        yield Figure(f"sitewide_{domain}", "sitewide", domain, "links", row["links"], path)


def reasons(lists: Lists, counts: Mapping[str, int]) -> Iterator[Figure]:
    """Return how often each reason stands on a link."""
    for code, count in counts.items():
        label = words.reason(Reason(code)).label
        path = lists.of("links", reason=code)
        yield Figure(f"reason_{code}", "reasons", label, "links", count, path)


def as_rows(found: Sequence[Figure]) -> list[dict[str, Any]]:
    """Return figures as an audit keeps them."""
    return [asdict(figure) for figure in found]

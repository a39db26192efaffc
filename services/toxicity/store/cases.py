"""What is known when new entries are to be disavowed: what was seen, what it would do, who agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.toxicity.domain.disavow.safeguards import Impact, Witness
from shared import ids
from shared.access import Caller
from shared.db import Tx

_SECONDS_A_DAY = 86_400
_GOOD = "l.band = 'ok' AND l.counted_followed"
_LIVE = "NOT l.lost AND l.untracked_at IS NULL"

_WITNESSES = f"""
    SELECT l.referring_domain AS domain, count(*) AS links,
        count(*) FILTER (WHERE p.facts IS NOT NULL) AS pages_read,
        max(l.found_at) FILTER (WHERE {_LIVE}) AS found_at,
        coalesce(min(l.failed_looks), 0) AS failed_looks,
        count(*) FILTER (WHERE {_GOOD} AND {_LIVE}) AS good_links,
        (SELECT coalesce(array_agg(DISTINCT f->>'family'), '{{}}')
            FROM links o, json_array_elements(o.explanation->'findings') f
            WHERE o.site_id = $1 AND o.referring_domain = l.referring_domain
              AND o.explanation IS NOT NULL AND (f->>'weight')::int > 0
              AND f->>'family' <> 'history') AS families
    FROM links l LEFT JOIN pages p ON p.page_id = l.page_id
    WHERE l.site_id = $1 AND l.referring_domain = ANY($2::text[]) AND l.untracked_at IS NULL
    GROUP BY l.referring_domain
"""


async def list_witnesses(
    tx: Tx, site_id: UUID, domains: Sequence[str], *, now: datetime
) -> dict[str, Witness]:
    """Return what was seen of the links of these domains; nothing for those never heard of."""
    if not domains:
        return {}
    rows = await tx.fetch(_WITNESSES, site_id, list(domains))
    return {
        row["domain"]: Witness(
            links=row["links"],
            pages_read=row["pages_read"],
            families=frozenset(row["families"]),
            days_unseen=_days(row["found_at"], now),
            good_links=row["good_links"],
            failed_looks=row["failed_looks"],
        )
        for row in rows
    }


def _days(found_at: datetime | None, now: datetime) -> int | None:
    if found_at is None:
        return None
    return max(0, int((now - found_at).total_seconds() // _SECONDS_A_DAY))


# Of the trust that flows from seeds to the site's referring domains (docs/authority.md): plain rank
# would give every domain a share for being there.
_AUTHORITY = """
    SELECT coalesce(sum(s.seeded_rank) FILTER (WHERE s.domain = ANY($2::text[])), 0)
        / nullif(sum(s.seeded_rank), 0)
    FROM domain_counts d JOIN sites o ON o.site_id = d.site_id
    JOIN standings s ON s.workspace_id = o.workspace_id AND s.domain = d.referring_domain
    WHERE d.site_id = $1 AND d.links > 0
"""


async def get_impact(
    tx: Tx, site_id: UUID, *, domains: Sequence[str], urls: int, this_week: int
) -> Impact:
    """Return what disavowing these domains would do to the links of a site."""
    rows = await tx.fetch(
        f"SELECT count(*) AS links, count(*) FILTER (WHERE l.counted_followed) AS followed,"
        f" count(*) FILTER (WHERE {_GOOD}) AS good,"
        " (SELECT coalesce(max(domains), 0) FROM site_counts WHERE site_id = $1) AS domains"
        f" FROM links l WHERE l.site_id = $1 AND l.referring_domain = ANY($2::text[]) AND {_LIVE}",
        site_id,
        list(domains),
    )
    row = rows[0]
    share = await tx.fetch_value(_AUTHORITY, site_id, list(domains))
    return Impact(
        new_domains=len(domains),
        new_urls=urls,
        domains_this_week=len(domains) + this_week,
        referring_domains=row["domains"],
        links=row["links"],
        followed_links=row["followed"],
        good_links=row["good"],
        authority_share=None if share is None else float(share),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """Why a site needs a disavow file, as somebody said it; `only_shown` = the advice was shown."""

    manual_action: str | None
    known_scheme: str | None
    note: str
    answered_by: str
    answered_at: datetime
    only_shown: bool = False


async def find_answer(tx: Tx, site_id: UUID) -> Answer | None:
    """Return the newest answer, else the newest showing of the advice, else None."""
    rows = await tx.fetch(
        "SELECT manual_action, known_scheme, note, answered_by, answered_at, only_shown"
        " FROM disavow_answers WHERE site_id = $1 ORDER BY only_shown, answer_id DESC LIMIT 1",
        site_id,
    )
    return Answer(**rows[0]) if rows else None


async def add_answer(tx: Tx, site_id: UUID, *, workspace_id: UUID, answer: Answer) -> None:
    await tx.run(
        "INSERT INTO disavow_answers (answer_id, site_id, workspace_id, only_shown, manual_action,"
        " known_scheme, note, answered_by, answered_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        ids.new_id(),
        site_id,
        workspace_id,
        answer.only_shown,
        answer.manual_action,
        answer.known_scheme,
        answer.note,
        answer.answered_by,
        answer.answered_at,
    )


async def confirm_set(
    tx: Tx, site_id: UUID, set_key: UUID, *, caller: Caller, now: datetime
) -> None:
    """Remember that somebody looked at this very set and agrees."""
    await tx.run(
        "INSERT INTO disavow_confirmations (site_id, set_key, actor_id, actor, confirmed_at)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        site_id,
        set_key,
        caller.actor_id,
        caller.actor,
        now,
    )


async def list_confirmed_by(tx: Tx, site_id: UUID, set_key: UUID) -> list[tuple[UUID, str]]:
    """Return who confirmed this set, in the order in which they did."""
    rows = await tx.fetch(
        "SELECT actor_id, actor FROM disavow_confirmations WHERE site_id = $1 AND set_key = $2"
        " ORDER BY confirmed_at, actor_id",
        site_id,
        set_key,
    )
    return [(row["actor_id"], row["actor"]) for row in rows]

"""Campaigns of a site, the names that sequences and placements carry, and how far each has come."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from services.outreach.domain.money.campaign import Campaign, CampaignState, Funnel, Spend
from shared import jsontext
from shared.db import Tx
from shared.errors import ConflictError, FieldError, InvalidError, NotFoundError
from shared.ids import new_id

MOST_RENAMED = 5_000
"""As many placements as one campaign may have to be renamed: each is told of."""
_COLUMNS = (
    "c.campaign_id, c.workspace_id, c.site_id, c.name, c.method, c.goal_links, c.goal_on, c.budgets,"
    " c.state, c.note, c.version, c.created_by, c.created_at, c.updated_at"
)
_FROM = "FROM campaigns c JOIN sites s ON s.site_id = c.site_id AND s.deleted_at IS NULL"


# ---- names -------------------------------------------------------------------------------------------

_ENSURE = """
    INSERT INTO campaigns (campaign_id, workspace_id, site_id, name, created_by, created_at)
    SELECT u.id, $1, $2, u.name, $3, $4 FROM unnest($5::uuid[], $6::text[]) AS u(id, name)
    WHERE NOT EXISTS (SELECT FROM campaigns c WHERE c.site_id = $2 AND lower(c.name) = lower(u.name))
    ON CONFLICT (site_id, name) DO NOTHING
"""


async def name_campaigns(
    tx: Tx,
    workspace_id: UUID,
    site_id: UUID,
    names: Iterable[str | None],
    *,
    by: UUID,
    now: datetime,
) -> dict[str | None, str | None]:
    """Return each name in the spelling of its campaign; one that is not there yet is written down."""
    first: dict[str, str] = {}
    wanted = [name for name in names if name]
    for name in wanted:
        first.setdefault(name.lower(), name)
    if not first:
        return {None: None}
    new = list(first.values())
    await tx.run(_ENSURE, workspace_id, site_id, by, now, [new_id() for _ in new], new)
    rows = await tx.fetch(
        "SELECT name FROM campaigns WHERE site_id = $1 AND (lower(name) = ANY($2::text[])"
        " OR name = ANY($3::text[])) ORDER BY campaign_id DESC",
        *(site_id, list(first), wanted),
    )
    known = {row["name"] for row in rows}
    by_letters = {row["name"].lower(): row["name"] for row in rows}
    spelled: dict[str | None, str | None] = {
        name: name if name in known else by_letters.get(name.lower(), name) for name in wanted
    }
    return {None: None, **spelled}


async def rename_parts(tx: Tx, before: Campaign, name: str, *, now: datetime) -> list[UUID]:
    """Give the sequences and placements of a campaign its new name; returns the placements."""
    await tx.run(
        "UPDATE sequences SET campaign = $3, updated_at = $4 WHERE site_id = $1 AND campaign = $2",
        *(before.site_id, before.name, name, now),
    )
    await tx.run(
        "UPDATE offers SET campaign = $3, updated_at = $4 WHERE site_id = $1 AND campaign = $2",
        *(before.site_id, before.name, name, now),
    )
    rows = await tx.fetch(
        "UPDATE placements SET campaign = $3, terms_seq = terms_seq + 1, updated_at = $4,"
        " version = version + 1 WHERE site_id = $1 AND campaign = $2 RETURNING placement_id",
        *(before.site_id, before.name, name, now),
    )
    if len(rows) > MOST_RENAMED:
        detail = f"It has more than {MOST_RENAMED:,} placements, too many to rename at once."
        raise InvalidError(detail, [FieldError("/name", "too-many", "Keep the name.")])
    return [row["placement_id"] for row in rows]


# ---- campaigns ---------------------------------------------------------------------------------------


async def add_campaign(tx: Tx, campaign: Campaign) -> None:
    """Write a campaign; raises ConflictError if the site has one of this name."""
    await _refuse_taken(tx, campaign)
    await tx.run(
        "INSERT INTO campaigns (campaign_id, workspace_id, site_id, name, method, goal_links,"
        " goal_on, budgets, state, note, created_by, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        campaign.campaign_id,
        campaign.workspace_id,
        campaign.site_id,
        campaign.name,
        campaign.method,
        campaign.goal_links,
        campaign.goal_on,
        _budgets(campaign),
        campaign.state,
        campaign.note,
        campaign.created_by,
        campaign.created_at,
    )


async def get_campaign(
    tx: Tx, campaign_id: UUID, *, workspace_id: UUID, lock: bool = False
) -> Campaign:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE c.campaign_id = $1 AND c.workspace_id = $2"
        f"{' FOR UPDATE OF c' if lock else ''}",
        campaign_id,
        workspace_id,
    )
    if not rows:
        raise NotFoundError("There is no such campaign.")
    return _campaign(rows[0])


async def find_campaign(
    tx: Tx, site_id: UUID, name: str | None, *, lock: bool = False
) -> Campaign | None:
    """Return the campaign of this name; with `lock` nobody else agrees on anything in it meanwhile."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE c.site_id = $1 AND c.name = $2"
        f"{' FOR UPDATE OF c' if lock else ''}",
        site_id,
        name,
    )
    return _campaign(rows[0]) if rows else None


async def list_campaigns(
    tx: Tx,
    workspace_id: UUID,
    *,
    site_ids: Collection[UUID] | None,
    states: Sequence[CampaignState],
    before: UUID | None,
    limit: int,
) -> list[Campaign]:
    """Return campaigns, the newest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE c.workspace_id = $1"
        " AND ($2::uuid[] IS NULL OR c.site_id = ANY($2::uuid[]))"
        " AND ($3::text[] = '{}' OR c.state = ANY($3::text[]))"
        " AND ($4::uuid IS NULL OR c.campaign_id < $4) ORDER BY c.campaign_id DESC LIMIT $5",
        workspace_id,
        None if site_ids is None else list(site_ids),
        list(states),
        before,
        limit,
    )
    return [_campaign(row) for row in rows]


async def save_campaign(tx: Tx, campaign: Campaign, *, now: datetime) -> None:
    """Write a changed campaign; raises ConflictError if another one of the site has the name."""
    await _refuse_taken(tx, campaign)
    await tx.run(
        "UPDATE campaigns SET name = $2, method = $3, goal_links = $4, goal_on = $5, budgets = $6,"
        " state = $7, note = $8, updated_at = $9, version = version + 1 WHERE campaign_id = $1",
        campaign.campaign_id,
        campaign.name,
        campaign.method,
        campaign.goal_links,
        campaign.goal_on,
        _budgets(campaign),
        campaign.state,
        campaign.note,
        now,
    )


async def _refuse_taken(tx: Tx, campaign: Campaign) -> None:
    taken = await tx.fetch_value(
        "SELECT campaign_id FROM campaigns WHERE site_id = $1 AND lower(name) = lower($2)"
        " AND campaign_id <> $3 ORDER BY name = $2 DESC LIMIT 1",
        *(campaign.site_id, campaign.name, campaign.campaign_id),
    )
    if taken is not None:
        fault = FieldError(
            "/name", "name-taken", "Use the campaign that is there, or another name."
        )
        detail = f"There is a campaign called {campaign.name!r} already."
        existing = f"/v1/campaigns/{taken}"
        raise ConflictError(detail, [fault], code="name-taken", existing=existing)


# ---- prospects ---------------------------------------------------------------------------------------


async def add_prospects(tx: Tx, campaign: Campaign, prospect_ids: Collection[UUID]) -> set[UUID]:
    """Put prospects of the campaign's site into it; returns those that are of the site."""
    rows = await tx.fetch(
        "SELECT prospect_id FROM prospects WHERE site_id = $1 AND prospect_id = ANY($2::uuid[])",
        campaign.site_id,
        list(prospect_ids),
    )
    found = {row["prospect_id"] for row in rows}
    await tx.run(
        "INSERT INTO campaign_prospects (campaign_id, prospect_id) SELECT $1, u.id"
        " FROM unnest($2::uuid[]) AS u(id) ORDER BY u.id ON CONFLICT DO NOTHING",
        campaign.campaign_id,
        sorted(found),
    )
    return found


async def remove_prospect(tx: Tx, campaign_id: UUID, prospect_id: UUID) -> None:
    await tx.run(
        "DELETE FROM campaign_prospects WHERE campaign_id = $1 AND prospect_id = $2",
        *(campaign_id, prospect_id),
    )


# ---- how far they have come --------------------------------------------------------------------------

_FUNNELS = """
    WITH chosen AS (SELECT campaign_id, site_id, name FROM campaigns WHERE campaign_id = ANY($1::uuid[])),
    written AS (
        SELECT c.campaign_id, e.domain, bool_or(e.sent_at IS NOT NULL) AS contacted,
            bool_or(e.sent_at IS NOT NULL AND e.state <> 'bounced') AS delivered,
            bool_or(e.state IN ('replied', 'company_replied')) AS answered,
            bool_or(e.state IN ('replied', 'company_replied') AND e.intent = ANY($2::text[])) AS interested
        FROM chosen c JOIN sequences q ON q.site_id = c.site_id AND q.campaign = c.name
        JOIN enrollments e ON e.sequence_id = q.sequence_id GROUP BY 1, 2
    ),
    placed AS (
        SELECT c.campaign_id, p.referring_domain, p.seen FROM chosen c
        JOIN placements p ON p.site_id = c.site_id AND p.campaign = c.name AND p.cancelled_at IS NULL
    ),
    found AS (
        SELECT campaign_id, domain FROM written
        UNION SELECT campaign_id, referring_domain FROM placed
        UNION SELECT c.campaign_id, r.domain FROM chosen c JOIN campaign_prospects m USING (campaign_id)
            JOIN prospects r USING (prospect_id)
    )
    SELECT c.campaign_id,
        (SELECT count(*) FROM found f WHERE f.campaign_id = c.campaign_id) AS found,
        w.contacted, w.delivered, w.answered, w.interested, p.agreed, p.live, p.lost
    FROM chosen c
    LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE contacted) AS contacted,
        count(*) FILTER (WHERE delivered) AS delivered, count(*) FILTER (WHERE answered) AS answered,
        count(*) FILTER (WHERE interested) AS interested
        FROM written w WHERE w.campaign_id = c.campaign_id) AS w ON true
    LEFT JOIN LATERAL (SELECT count(*) AS agreed,
        count(*) FILTER (WHERE seen IN ('live', 'mismatched')) AS live,
        count(*) FILTER (WHERE seen = 'lost') AS lost
        FROM placed p WHERE p.campaign_id = c.campaign_id) AS p ON true
"""
_INTERESTED = ("interested", "price_quote", "already_linked")


async def count_funnels(tx: Tx, campaign_ids: Collection[UUID]) -> dict[UUID, Funnel]:
    """Return how far campaigns have come: domains up to the interest, links from the agreement on."""
    rows = await tx.fetch(_FUNNELS, list(campaign_ids), list(_INTERESTED))
    return {
        row["campaign_id"]: Funnel(**{name: row[name] for name in Funnel.__dataclass_fields__})
        for row in rows
    }


_SPENDS = """
    WITH placed AS (
        SELECT c.campaign_id, p.placement_id, p.price, p.currency, p.seen, p.cancelled_at FROM campaigns c
        JOIN placements p ON p.site_id = c.site_id AND p.campaign = c.name
        WHERE c.campaign_id = ANY($1::uuid[])
    )
    SELECT campaign_id, currency, sum(agreed) AS agreed, sum(paid) AS paid, sum(owed) AS owed,
        sum(live) AS live_links
    FROM (
        SELECT campaign_id, currency, price AS agreed, 0 AS paid, 0 AS owed,
            (seen IN ('live', 'mismatched'))::int AS live
        FROM placed WHERE price IS NOT NULL AND cancelled_at IS NULL
        UNION ALL
        SELECT campaign_id, m.currency, 0,
            CASE WHEN m.paid_on IS NOT NULL THEN m.amount - coalesce(m.refunded, 0) ELSE 0 END,
            CASE WHEN m.paid_on IS NULL AND m.waived_on IS NULL THEN m.amount ELSE 0 END, 0
        FROM placed JOIN payments m USING (placement_id)
    ) AS parts GROUP BY 1, 2 ORDER BY 1, 2
"""


async def list_spends(tx: Tx, campaign_ids: Collection[UUID]) -> dict[UUID, list[Spend]]:
    """Return what was agreed, paid and is owed in campaigns, by currency."""
    found: dict[UUID, list[Spend]] = defaultdict(list)
    for row in await tx.fetch(_SPENDS, list(campaign_ids)):
        values = dict(row)
        found[values.pop("campaign_id")].append(Spend(**values))
    return found


def _budgets(campaign: Campaign) -> str:
    pairs = [[str(amount), currency] for amount, currency in campaign.budgets]
    return jsontext.dumps(pairs).decode()


def _campaign(row: asyncpg.Record) -> Campaign:
    values = dict(row)
    values["budgets"] = tuple((Decimal(amount), code) for amount, code in values["budgets"])
    values["state"] = CampaignState(values["state"])
    return Campaign(**values)

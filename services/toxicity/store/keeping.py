"""What toxicity keeps for how long, its copies of others and theirs of it, and where people are named."""

from uuid import UUID

from shared.catalogue import Tie
from shared.copies import START, Mirror, Snapshots, face_of
from shared.db import Tx
from shared.erasing import People
from shared.events import LinkScored
from shared.shelves import Shelf

TIES = (Tie("network_sites", "network_id", "networks", "network_id"),)
PEOPLE = People()
_LIVING = "site_id IN (SELECT site_id FROM sites WHERE deleted_at IS NULL)"

SHELVES = (
    Shelf(
        kind="page_facts",
        table="pages",
        moment="t.read_at",
        where="NOT EXISTS (SELECT FROM links l WHERE l.page_id = t.page_id)",
    ),
)


async def page_of_scores(
    tx: Tx, workspace_id: UUID, site_id: UUID | None, after: UUID | None, limit: int
) -> Snapshots:
    """Return the scores in force of the next links."""
    rows = await tx.fetch(
        "SELECT link_id, workspace_id, site_id, scored_seq, score, band, action, model, sentence,"
        " authority, untracked_at FROM links WHERE link_id > $3 AND workspace_id = $1"
        " AND ($2::uuid IS NULL OR site_id = $2) ORDER BY link_id LIMIT $4",
        *(workspace_id, site_id, after or START, limit),
    )
    events = [
        LinkScored(
            workspace_id=row["workspace_id"],
            site_id=row["site_id"],
            link_id=row["link_id"],
            scored_seq=row["scored_seq"],
            score=row["score"],
            band=row["band"],
            action=row["action"],
            model=row["model"],
            sentence=row["sentence"] or "",
            authority=row["authority"],
        )
        for row in rows
        if row["scored_seq"] and row["band"] and row["untracked_at"] is None
    ]
    return Snapshots(events, rows[-1]["link_id"] if len(rows) == limit else None)


MIRROR = Mirror(
    pages={"scores": page_of_scores},
    owned={
        ("profile", "scores"): face_of(
            "links",
            "concat_ws('|', link_id, scored_seq, coalesce(score, -1), band)",
            where="workspace_id = $1 AND scored_seq > 0 AND band IS NOT NULL"
            f" AND untracked_at IS NULL AND {_LIVING}",
        )
    },
    held={
        "sites": face_of(
            "sites",
            "concat_ws('|', site_id, version_no, domain, array_to_string(hosts, ' '),"
            " array_to_string(brands, '~'), array_to_string(keywords, '~'),"
            " array_to_string(partners, '~'), array_to_string(competitors, '~'))",
            where="workspace_id = $1 AND deleted_at IS NULL",
        ),
        "terms": face_of(
            "placements",
            "concat_ws('|', placement_id, terms_seq, cancelled)",
            where=f"workspace_id = $1 AND {_LIVING}",
        ),
        "retention": face_of(
            "retention",
            "concat_ws('|', version_no, days, held_sites)",
            where="workspace_id = $1",
            site="workspace_id",
        ),
    },
)

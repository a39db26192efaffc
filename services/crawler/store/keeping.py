"""What the crawler keeps for how long, its copies of sites and links, and where people may be named."""

from shared.catalogue import Tie
from shared.copies import Mirror, face_of
from shared.erasing import People
from shared.shelves import Shelf

TIES = (
    Tie("watches", "site_id", "sites", "site_id"),
    Tie("evidence_shares", "evidence_id", "evidence", "evidence_id"),
)
# Evidence shares bodies; one that nobody needs any more goes with the next cleaning.
BESIDE = {
    "evidence": "UPDATE evidence_bodies SET needed_by = needed_by - mine.rows FROM ("
    "SELECT body_sha256, count(*) AS rows FROM gone WHERE body_sha256 IS NOT NULL"
    " GROUP BY body_sha256) AS mine WHERE evidence_bodies.body_sha256 = mine.body_sha256"
}
PEOPLE = People(ties=TIES)
PROOF = (
    "EXISTS (SELECT FROM watches w WHERE w.link_id = {of}.link_id AND w.contract"
    " AND w.removed_at IS NULL)"
)
"""The condition that a row of evidence proves something about a placement in force."""

MIRROR = Mirror(
    pages={},
    owned={},
    held={
        "sites": face_of(
            "sites",
            "concat_ws('|', site_id, version_no, array_to_string(hosts, ' '), active,"
            " array_to_string(brands, '~'))",
            where="workspace_id = $1",
        ),
        "watches": face_of(
            "watches JOIN pages USING (page_id)",
            "concat_ws('|', link_id, page_key, coalesce(target_key::text, ''))",
            where="workspace_id = $1 AND removed_at IS NULL",
        ),
        "retention": face_of(
            "retention",
            "concat_ws('|', version_no, days, held_sites)",
            where="workspace_id = $1",
            site="workspace_id",
        ),
    },
)


def shelves_of(evidence_days: int) -> tuple[Shelf, ...]:
    """Return what is let go of after its time; evidence has a loop of its own, which counts bytes, too."""
    return (
        Shelf(
            kind="evidence",
            table="evidence",
            moment="t.superseded_at",
            where="t.expired_at IS NULL AND NOT EXISTS (SELECT FROM watches w WHERE"
            " w.link_id = t.link_id AND w.evidence_id = t.evidence_id AND w.removed_at IS NULL)"
            f" AND NOT {PROOF.format(of='t')}",
            most_days=evidence_days,
            by_others=True,
        ),
        Shelf(kind="discoveries", table="candidates", moment="t.added_at"),
        Shelf(kind="discoveries", table="referrers", moment="t.added_at"),
        Shelf(kind="discoveries", table="mentions", moment="t.seen_at"),
        Shelf(kind="discoveries", table="searches", moment="t.created_at"),
        Shelf(kind="discoveries", table="survey_wishes", moment="t.added_at"),
        Shelf(
            kind="uploads",
            table="search_chunks",
            moment="now()",
            where="false",
            by_others=True,
        ),
    )

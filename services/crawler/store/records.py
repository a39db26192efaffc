"""Writes finished checks: pages, watches and their events in one transaction, a batch at a time."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from services.crawler.domain.claim import Batch, CheckRecord
from services.crawler.domain.costs import charges
from services.crawler.domain.sources import named_by
from services.crawler.store import alarms, costs, discoveries, evidence, frontier, hosts, sources
from shared import outbox
from shared.db import Tx
from shared.events import Encoded, Event

# The fence: a page that was claimed again meanwhile belongs to that claim. A look that was asked
# for during this one (wanted_at) comes next instead of the planned one.
_PAGES = """
WITH new AS (
    SELECT * FROM unnest($1::checked_page[])
), saved AS (
    UPDATE pages SET next_check_at = least(pages.wanted_at, new.next_at), wanted_at = NULL,
        lease_until = NULL, checked_at = new.checked_at, changed_at = new.changed_at,
        full_at = new.full_at, final_url = new.final_url, etag = new.etag,
        last_modified = new.last_modified, fingerprint = new.fingerprint,
        short_run = new.short_run, failure_run = new.failure_run, checks = new.checks,
        facts_hash = new.facts_hash, facts_at = new.facts_at, losses = new.losses,
        expected_losses = new.expected_losses, rate = new.rate
    FROM new WHERE pages.page_id = new.page_id AND pages.check_seq = new.seq
    RETURNING pages.page_id, pages.host, pages.next_check_at, new.rate - new.rate_before AS load,
        new.host_losses, new.host_expected
), woken AS (
    UPDATE hosts SET due_at = least(hosts.due_at, mine.due_at),
        load = greatest(0, hosts.load + mine.load), losses = hosts.losses + mine.losses,
        expected_losses = hosts.expected_losses + mine.expected
    FROM (
        SELECT host, min(next_check_at) AS due_at, sum(load) AS load,
            sum(host_losses) AS losses, sum(host_expected) AS expected
        FROM saved GROUP BY host
    ) AS mine
    WHERE hosts.host = mine.host
)
SELECT page_id FROM saved
"""

_WATCHES = """
UPDATE watches SET last_outcome = new.outcome, missing_streak = new.streak,
    missing_since = new.since, ever_live = ever_live OR new.outcome = 'found',
    observation = coalesce(new.observation, watches.observation),
    evidence_id = coalesce(new.evidence_id, watches.evidence_id),
    evidence_marks = coalesce(new.marks, watches.evidence_marks)
FROM unnest($1::uuid[], $2::text[], $3::int[], $4::timestamptz[], $5::bytea[], $6::uuid[],
    $7::bytea[]) AS new (link_id, outcome, streak, since, observation, evidence_id, marks)
WHERE watches.link_id = new.link_id
"""


async def record(tx: Tx, batch: Batch) -> int:
    """Write a batch; returns how many checks were still ours to write."""
    touched = {check.host for check in batch.checks} | {row.host for row in batch.hosts}
    raised = [alarm for check in batch.checks for alarm in check.alarms]
    lost = [check.page_id for check in batch.checks if check.alarms]
    around = await alarms.find_around(tx, raised, lost)
    touched |= set(around.hosts)
    await hosts.lock(tx, touched | {claim.host for claim, _ in batch.given_back})
    ours = await _save_pages(tx, batch.checks)
    checks = [check for check in batch.checks if check.page_id in ours]
    await _save_watches(tx, checks)
    charged = charges(batch.checks, cpu_s=batch.cpu_s)
    if charged:
        await costs.add(tx, charged)
    events: list[Event | Encoded] = [event for check in checks for event in check.events]
    events += await discoveries.add_discoveries(
        tx, [found for check in checks for found in check.discoveries]
    )
    await evidence.save(tx, [draft for check in checks for draft in check.evidence])
    raised = [alarm for check in checks for alarm in check.alarms]
    await alarms.bring_forward(tx, raised, around, lost)
    if batch.given_back:
        await frontier.give_back(tx, batch.given_back)
    if batch.hosts:
        await hosts.save(tx, batch.hosts)
    await sources.learn(tx, named_by((), events))
    await outbox.add(tx, events)
    return len(checks)


async def _save_pages(tx: Tx, checks: Sequence[CheckRecord]) -> Collection[UUID]:
    if not checks:
        return ()
    rows = await tx.fetch(_PAGES, [_row(check) for check in checks])
    return {row["page_id"] for row in rows}


def _row(check: CheckRecord) -> tuple[object, ...]:
    """Return a check as the database's type `checked_page` has it.

    One array of rows and not one for each column: asyncpg asks of every value in an array whether
    it is an array itself, which took longer than encoding it.
    """
    *memory, history = check.memory
    return (
        *(check.page_id, check.check_seq, check.next_check_at),
        *(*memory, *history),
        *(check.rate_before, *check.learned),
    )


async def _save_watches(tx: Tx, checks: Iterable[CheckRecord]) -> None:
    rows = sorted(
        (watch for check in checks for watch in check.watches), key=lambda watch: watch.link_id
    )
    if not rows:
        return
    await tx.run(
        _WATCHES,
        [row.link_id for row in rows],
        [row.outcome for row in rows],
        [row.missing_streak for row in rows],
        [row.missing_since for row in rows],
        [row.observation for row in rows],
        [row.evidence_id for row in rows],
        [row.evidence_marks for row in rows],
    )

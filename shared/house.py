"""The tables that every service has in its own schema: outbox, inbox, dead letters, jobs, retention, copies."""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from shared.columns import created as _created
from shared.columns import moment as _moment

_BUSY = {"autovacuum_vacuum_scale_factor": "0.01"}


@dataclass(frozen=True, slots=True)
class HouseTables:
    outbox: Table
    inbox: Table
    dead_letters: Table
    jobs: Table
    job_errors: Table
    retention: Table
    copies: Table


def add_house_tables(metadata: MetaData) -> HouseTables:
    """Add the house tables to the metadata of a service and return them."""
    return HouseTables(
        outbox=_outbox(metadata),
        inbox=_inbox(metadata),
        dead_letters=_dead_letters(metadata),
        jobs=_jobs(metadata),
        job_errors=_job_errors(metadata),
        retention=_retention(metadata),
        copies=_copies(metadata),
    )


def _outbox(metadata: MetaData) -> Table:
    return Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("event_id", UUID, nullable=False),
        Column("name", Text, nullable=False),
        Column("body", LargeBinary, nullable=False),
        # Set for a retry or a replay: only this queue gets it, on this rung of the retry ladder.
        Column("queue", Text),
        Column("attempt", Integer, nullable=False, server_default="0"),
        Column("rung", Integer),
        # Of a bundle (shared/bundles.py) more than one.
        Column("events", Integer, nullable=False, server_default="1"),
        _created(),
        postgresql_with=_BUSY,
    )


def _inbox(metadata: MetaData) -> Table:
    return Table(
        "inbox",
        metadata,
        Column("event_id", UUID, primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Index("inbox_received_at_idx", "received_at", postgresql_using="brin"),
        postgresql_with=_BUSY,
    )


def _dead_letters(metadata: MetaData) -> Table:
    return Table(
        "dead_letters",
        metadata,
        Column("dead_letter_id", UUID, primary_key=True),
        Column("event_id", UUID, unique=True),
        Column("name", Text),
        Column("queue", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("detail", Text, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("attempts", Integer, nullable=False),
        _created(),
        _moment("last_at", nullable=False),
        _moment("replayed_at"),
    )


def _jobs(metadata: MetaData) -> Table:
    return Table(
        "jobs",
        metadata,
        Column("job_id", UUID, primary_key=True),
        Column("workspace_id", UUID, nullable=False),
        Column("site_id", UUID),
        Column("kind", Text, nullable=False),
        Column("state", Text, nullable=False, server_default="queued"),
        Column("total", BigInteger),
        Column("done", BigInteger, nullable=False, server_default="0"),
        Column("accepted", BigInteger, nullable=False, server_default="0"),
        Column("duplicates", BigInteger, nullable=False, server_default="0"),
        Column("rejected", BigInteger, nullable=False, server_default="0"),
        Column("payload", JSONB, nullable=False, server_default="{}"),
        Column("cursor", JSONB, nullable=False, server_default="{}"),
        Column("result_url", Text),
        Column("detail", Text),
        Column("eta_seconds", Integer),
        Column("attempts", Integer, nullable=False, server_default="0"),
        # Whoever holds this id may write; a worker that lost its lease finds another one here.
        Column("lease_id", UUID),
        _moment("lease_until"),
        _moment("notified_at"),
        _created(),
        _moment("started_at"),
        _moment("ended_at"),
        Index(
            "jobs_open_idx",
            "created_at",
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        Index("jobs_workspace_idx", "workspace_id", "created_at"),
    )


def _job_errors(metadata: MetaData) -> Table:
    jobs = metadata.tables[f"{metadata.schema}.jobs"]
    return Table(
        "job_errors",
        metadata,
        Column("job_id", UUID, ForeignKey(jobs.c.job_id, ondelete="CASCADE"), primary_key=True),
        Column("row_no", BigInteger, primary_key=True),
        Column("pointer", Text, nullable=False),
        Column("code", Text, nullable=False),
        Column("detail", Text, nullable=False),
        Column("raw", Text),
    )


def _retention(metadata: MetaData) -> Table:
    return Table(
        "retention",
        metadata,
        Column("workspace_id", UUID, primary_key=True),
        Column("version_no", BigInteger, nullable=False),
        # By kind; a kind that is missing is kept for as long as the installation keeps it.
        Column("days", JSONB, nullable=False, server_default="{}"),
        Column("held_sites", ARRAY(UUID), nullable=False, server_default=text("'{}'::uuid[]")),
    )


def _copies(metadata: MetaData) -> Table:
    return Table(
        "copies",
        metadata,
        Column("copy", Text, primary_key=True),
        # With which version of the code all of it was sent; a newer one asks for it again.
        Column("version_no", Integer, nullable=False),
        _moment("asked_at", nullable=False),
    )

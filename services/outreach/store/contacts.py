"""Contacts: people and role addresses of a workspace, each address once, and where it was found."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.outreach.domain.address import address_key
from services.outreach.domain.contact import ContactState, FoundBy
from shared.db import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    contact_id: UUID
    workspace_id: UUID
    domain: str
    email: str | None = None
    """None: the site has a form and shows no address."""
    name: str | None = None
    role: str | None = None
    language: str | None = None
    source_url: str | None = None
    source_at: datetime | None = None
    found_by: FoundBy
    state: ContactState = ContactState.OK
    created_by: str
    created_at: datetime

    @property
    def address_key(self) -> str | None:
        return None if self.email is None else address_key(self.email)


COLUMNS = (
    "contact_id, workspace_id, domain, email, name, role, language, source_url, source_at, found_by,"
    " state, created_by, created_at"
)
_ADD = """
    INSERT INTO contacts (contact_id, workspace_id, domain, email, address_key, name, role, language,
        source_url, source_at, found_by, created_by, created_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
        $7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::text[], $12::text[],
        $13::timestamptz[])
    ON CONFLICT DO NOTHING RETURNING contact_id
"""


async def add_contacts(tx: Tx, contacts: Sequence[Contact]) -> set[UUID]:
    """Write contacts; returns the ids that were new, the addresses of the others are known already."""
    if not contacts:
        return set()
    ordered = sorted(contacts, key=lambda one: (one.address_key or "", one.source_url or ""))
    rows = await tx.fetch(
        _ADD,
        [one.contact_id for one in ordered],
        [one.workspace_id for one in ordered],
        [one.domain for one in ordered],
        [one.email for one in ordered],
        [one.address_key for one in ordered],
        [one.name for one in ordered],
        [one.role for one in ordered],
        [one.language for one in ordered],
        [one.source_url for one in ordered],
        [one.source_at for one in ordered],
        [one.found_by for one in ordered],
        [one.created_by for one in ordered],
        [one.created_at for one in ordered],
    )
    return {row["contact_id"] for row in rows}


async def get_contacts(
    tx: Tx, workspace_id: UUID, contact_ids: Iterable[UUID]
) -> dict[UUID, Contact]:
    """Return those of these contacts that the workspace has, by their ids."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM contacts WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[])",
        workspace_id,
        list(contact_ids),
    )
    return {row["contact_id"]: contact_of(row) for row in rows}


async def list_by_domains(
    tx: Tx, workspace_id: UUID, domains: Collection[str]
) -> dict[str, list[Contact]]:
    """Return the contacts of each of these domains, the first found first."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM contacts WHERE workspace_id = $1 AND domain = ANY($2::text[])"
        " ORDER BY contact_id",
        workspace_id,
        list(domains),
    )
    found: dict[str, list[Contact]] = {}
    for row in rows:
        found.setdefault(row["domain"], []).append(contact_of(row))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which contacts a list is about; empty means any."""

    site_ids: Collection[UUID] | None = None
    """Only of domains that are prospects of these sites; None = of all."""
    domain: str | None = None
    state: ContactState | None = None
    text: str = ""


async def list_contacts(
    tx: Tx, workspace_id: UUID, filters: Filters, *, before: UUID | None, limit: int
) -> list[Contact]:
    """Return contacts, the newest first."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM contacts c WHERE workspace_id = $1"
        " AND ($2::uuid[] IS NULL OR EXISTS (SELECT FROM prospects p WHERE p.workspace_id = $1"
        " AND p.domain = c.domain AND p.site_id = ANY($2::uuid[])))"
        " AND ($3::text IS NULL OR domain = $3) AND ($4::text IS NULL OR state = $4)"
        " AND ($5 = '' OR strpos(lower(concat_ws(' ', email, name, domain)), lower($5)) > 0)"
        " AND ($6::uuid IS NULL OR contact_id < $6) ORDER BY contact_id DESC LIMIT $7",
        workspace_id,
        None if filters.site_ids is None else list(filters.site_ids),
        filters.domain,
        filters.state,
        filters.text,
        before,
        limit,
    )
    return [contact_of(row) for row in rows]


async def is_of(tx: Tx, contact: Contact, site_ids: Collection[UUID] | None) -> bool:
    """Say whether a contact's domain is a prospect of one of these sites; None = of whichever."""
    if site_ids is None:
        return True
    found = await tx.fetch_value(
        "SELECT 1 FROM prospects WHERE workspace_id = $1 AND domain = $2"
        " AND site_id = ANY($3::uuid[]) LIMIT 1",
        contact.workspace_id,
        contact.domain,
        list(site_ids),
    )
    return found is not None


async def save_contact(tx: Tx, contact: Contact, *, now: datetime) -> None:
    """Write what people may change of a contact; its address and where it was found stay."""
    await tx.run(
        "UPDATE contacts SET name = $2, role = $3, language = $4, state = $5, updated_at = $6"
        " WHERE contact_id = $1",
        contact.contact_id,
        contact.name,
        contact.role,
        contact.language,
        contact.state,
        now,
    )


async def set_state(
    tx: Tx, workspace_id: UUID, address_key: str, state: ContactState, *, now: datetime
) -> bool:
    """Note what became of an address; returns whether there is a contact with it."""
    tag = await tx.run(
        "UPDATE contacts SET state = $3, updated_at = $4 WHERE workspace_id = $1"
        " AND address_key = $2",
        workspace_id,
        address_key,
        state,
        now,
    )
    return not tag.endswith(" 0")


def contact_of(row: asyncpg.Record) -> Contact:
    values = dict(row)
    values["found_by"] = FoundBy(values["found_by"])
    values["state"] = ContactState(values["state"])
    return Contact(**values)

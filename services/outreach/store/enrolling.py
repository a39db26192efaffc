"""Whom the rows of a list mean, and whether they may be written to, looked up for all rows at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.outreach.domain.address import is_unattended
from services.outreach.domain.contact import ContactState
from services.outreach.domain.opportunities import kind_of_method, typed_link, variables_of
from services.outreach.domain.sequences.enrolling import (
    NO_ADDRESS,
    NO_CONTACT,
    NO_LINK,
    NO_PROSPECT,
    TWICE,
    Candidate,
    refusal,
)
from services.outreach.domain.sequences.locks import Refusal
from services.outreach.domain.sequences.steps import Step, write
from services.outreach.domain.suppression import REASON_WORDS, first_cover
from services.outreach.store import (
    contacts,
    enrollments,
    opportunities,
    prospects,
    suppressions,
)
from services.outreach.store.contacts import Contact
from services.outreach.store.opportunities import Spoken
from services.outreach.store.prospects import Prospect
from services.outreach.store.sequences import Plan
from shared.db import Tx
from shared.opportunities import OpportunityKind


@dataclass(frozen=True, slots=True)
class Row:
    """Whom somebody wants to write to, and what is given for them."""

    contact_id: UUID | None
    prospect_id: UUID | None
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """A row, whom it means, and why that one is not written to; None = may be."""

    row: Row
    contact: Contact | None
    prospect: Prospect | None
    refusal: Refusal | None
    spoken: Spoken | None = None
    """The opportunity that its letters speak of."""

    @property
    def typed(self) -> tuple[UUID, UUID] | None:
        """Page and dead link that were typed by hand, where no opportunity tells of them."""
        given = self.row.variables
        return None if self.spoken else typed_link(given.get("page"), given.get("broken"))


async def judge(
    tx: Tx,
    plan: Plan,
    steps: Sequence[Step],
    rows: Sequence[Row],
    *,
    site_ids: Collection[UUID] | None,
    now: datetime,
) -> list[Judged]:
    """Say of each row whom it means and whether that one may be written to.

    `site_ids` are the sites of which the caller may read who wrote to whom.
    """
    found = await _with_opportunities(tx, plan, await _find(tx, plan, rows))
    meant = [one.contact for one in found if one.contact is not None]
    people = {(one.address_key or "", one.domain) for one in meant}
    earlier = await enrollments.list_earlier(
        tx, plan.workspace_id, people, site_ids=site_ids, now=now
    )
    suppressed = await list_suppressed(tx, plan.workspace_id, meant)

    def refused(one: Judged) -> Refusal | None:
        if one.refusal is not None or one.contact is None:
            return one.refusal
        candidate = Candidate(
            state=one.contact.state,
            stage=one.prospect.stage if one.prospect else None,
            suppressed_because=suppressed.get(one.contact.contact_id),
            earlier=earlier[one.contact.address_key or "", one.contact.domain],
            written=write(steps, plan.values_for(one.contact, one.row.variables)),
        )
        return refusal(candidate, now=now)

    return _each_domain_once(
        [replace(one, refusal=refused(one) or _unseeable(plan, one)) for one in found]
    )


def _unseeable(plan: Plan, one: Judged) -> Refusal | None:
    """Return why nobody can look whether the link is dead that a letter is to call so."""
    given = one.row.variables
    is_about = kind_of_method(plan.method) is OpportunityKind.BROKEN_LINK
    names_both = all(given.get(name, "").strip() for name in ("page", "broken"))
    return NO_LINK if is_about and names_both and not one.spoken and one.typed is None else None


async def _with_opportunities(tx: Tx, plan: Plan, found: Sequence[Judged]) -> list[Judged]:
    """Add what accepted opportunities tell of prospects; what was given by hand counts most.

    A letter that names another page or address is not about the opportunity any more.
    """
    kind = kind_of_method(plan.method)
    ids = {one.prospect.prospect_id for one in found if one.prospect is not None}
    if kind is None or not ids:
        return list(found)
    known = await opportunities.list_spoken(tx, plan.site_id, ids, kind)
    return [
        _with_opportunity(one, known.get(one.prospect.prospect_id)) if one.prospect else one
        for one in found
    ]


def _with_opportunity(one: Judged, spoken: Spoken | None) -> Judged:
    if spoken is None:
        return one
    values = variables_of(spoken.place)
    given = {name: value for name, value in one.row.variables.items() if value.strip()}
    if any(given.get(name, values.get(name)) != values.get(name) for name in ("page", "broken")):
        return one
    row = replace(one.row, variables={**values, **given})
    return replace(one, row=row, spoken=spoken)


def _each_domain_once(judged: Sequence[Judged]) -> list[Judged]:
    taken: set[str] = set()
    once = []
    for one in judged:
        domain = one.contact.domain if one.contact and one.refusal is None else None
        once.append(replace(one, refusal=TWICE) if domain in taken else one)
        if domain is not None:
            taken.add(domain)
    return once


async def list_suppressed(tx: Tx, workspace_id: UUID, found: Sequence[Contact]) -> dict[UUID, str]:
    """Return which contacts must not be written to, by their address or their site, each with why."""
    known = await suppressions.list_covering(
        tx, {one.address_key or "" for one in found}, workspace_id=workspace_id
    )
    domains = await suppressions.list_covering_domains(
        tx, {one.domain for one in found}, workspace_id=workspace_id
    )
    forbidden = {}
    for one in found:
        cover = first_cover(one.address_key or "", known, workspace_id)
        why = known[cover] if cover is not None else domains.get(one.domain)
        if why is not None:
            forbidden[one.contact_id] = REASON_WORDS[why.reason]
    return forbidden


async def find_contact(tx: Tx, plan: Plan, contact_id: UUID) -> Contact | None:
    """Return a contact at a prospect of the site of a sequence."""
    row = Row(contact_id, None, {})
    return (await _find(tx, plan, [row]))[0].contact


async def _find(tx: Tx, plan: Plan, rows: Sequence[Row]) -> list[Judged]:
    """Say whom each row means: a contact by its id, or the first of a prospect who can be reached."""
    people = await contacts.get_contacts(
        tx, plan.workspace_id, {one.contact_id for one in rows if one.contact_id}
    )
    named = await prospects.get_prospects(
        tx, plan.workspace_id, {one.prospect_id for one in rows if one.prospect_id}
    )
    ours = {key: one for key, one in named.items() if one.site_id == plan.site_id}
    at_domains = await contacts.list_by_domains(
        tx, plan.workspace_id, {one.domain for one in ours.values()}
    )
    of_domains = await prospects.find_by_domains(
        tx, plan.site_id, {one.domain for one in people.values()}
    )
    return [_meant(row, people, ours, at_domains, of_domains) for row in rows]


def _meant(
    row: Row,
    people: Mapping[UUID, Contact],
    ours: Mapping[UUID, Prospect],
    at_domains: Mapping[str, Sequence[Contact]],
    of_domains: Mapping[str, Prospect],
) -> Judged:
    named = ours.get(row.prospect_id) if row.prospect_id else None
    if row.prospect_id and named is None:
        return Judged(row, None, None, NO_PROSPECT)
    if row.contact_id is None:
        contact = _reachable(at_domains.get(named.domain, ())) if named else None
        return Judged(row, contact, named, None if contact else NO_ADDRESS)
    contact = people.get(row.contact_id)
    prospect = of_domains.get(contact.domain) if contact else None
    if contact is None or prospect is None or row.prospect_id not in {None, prospect.prospect_id}:
        return Judged(row, None, None, NO_CONTACT)
    return Judged(row, contact, prospect, None if contact.email else NO_ADDRESS)


def _reachable(found: Sequence[Contact]) -> Contact | None:
    """Return the first who can be written to, or else one who cannot, so that it is said why."""
    with_address = [one for one in found if one.email and not is_unattended(one.email)]
    able = [one for one in with_address if one.state is ContactState.OK]
    return next(iter(able or with_address), None)

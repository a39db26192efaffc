"""What a person may change of links, one at a time or by filter."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.profile.domain.decisions import Verdict
from services.profile.store import decisions
from shared import clock
from shared.db import Tx
from shared.errors import FieldError, InvalidError
from shared.inputs import Moment
from shared.vocabulary import LinkStatus

Tags = Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=50)]


class OverrideIn(BaseModel):
    """A person's verdict over ours, kept over all later looks; status null takes it back."""

    model_config = ConfigDict(extra="forbid")

    status: LinkStatus | None
    reason: str | None = Field(default=None, max_length=1000)


class LinkChange(BaseModel):
    """What to change; a field that is left out stays, an empty text clears."""

    model_config = ConfigDict(extra="forbid")

    tags: Tags | None = Field(default=None, description="These tags in place of the present ones.")
    add_tags: Tags = []
    remove_tags: Tags = []
    note: str | None = Field(default=None, max_length=10_000)
    owner: str | None = Field(default=None, max_length=200)
    snooze_until: Moment | None = Field(
        default=None, description="Stay silent until then; null, given, ends it."
    )
    acknowledge: bool = Field(
        default=False, description="Take the present state for agreed: `changed` becomes `live`."
    )
    override: OverrideIn | None = None


async def apply_change(tx: Tx, link_ids: Sequence[UUID], body: LinkChange, *, actor: str) -> None:
    """Do to these links what was asked; `check_change` was asked before."""
    now = clock.now()
    edit = decisions.Edit(
        tags=None if body.tags is None else tuple(body.tags),
        add_tags=tuple(body.add_tags),
        remove_tags=tuple(body.remove_tags),
        note=body.note,
        owner=body.owner,
        snooze_until=body.snooze_until,
        wake="snooze_until" in body.model_fields_set and body.snooze_until is None,
    )
    if edit != decisions.Edit():
        await decisions.edit_links(tx, link_ids, edit)
    if body.acknowledge:
        await decisions.acknowledge_links(tx, link_ids, actor=actor, now=now)
    if body.override is not None:
        verdict = Verdict(body.override.status, body.override.reason)
        await decisions.override_links(tx, link_ids, verdict, actor=actor, now=now)


def check_change(body: LinkChange) -> None:
    """Raise InvalidError for a change that changes nothing, or that others could not follow."""
    override = body.override
    if not body.model_fields_set:
        detail = f"Say what to change: {', '.join(LinkChange.model_fields)}."
        raise InvalidError(detail, [FieldError("", "nothing_to_change", detail)])
    if body.snooze_until is not None and body.snooze_until <= clock.now():
        detail = "Give a time in the future, or null to end the snooze."
        raise InvalidError(detail, [FieldError("/snooze_until", "in-the-past", detail)])
    if override is not None and override.status is not None and not override.reason:
        detail = "Say why, so that others can follow it."
        raise InvalidError(detail, [FieldError("/override/reason", "missing", detail)])
    if override is not None and override.status is LinkStatus.PENDING:
        detail = "pending is no verdict; use null to take an override back."
        raise InvalidError(detail, [FieldError("/override/status", "not_a_verdict", detail)])

"""The words that people read in place of codes, for programs that show our answers to people."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from shared import clock, words
from shared.screen_words import SCREENS
from shared.vocabulary import (
    Action,
    AnchorFlag,
    AnchorKind,
    Band,
    ChangeKind,
    ContractState,
    DiscoveryReason,
    HostRole,
    JobState,
    LinkKind,
    LinkStatus,
    Outcome,
    Position,
    Reason,
    Role,
)

router = APIRouter(tags=["words"])


class WordsOut(BaseModel):
    """What people read in place of one code."""

    label: str
    sentence: str
    todo: str = Field(description="What to do about it.")


Vocabulary = dict[str, WordsOut]


class AllWords(BaseModel):
    """Every code of the product, by kind, with its words."""

    status: Vocabulary
    reason: Vocabulary
    outcome: Vocabulary
    link_kind: Vocabulary
    position: Vocabulary
    discovery: Vocabulary
    anchor_kind: Vocabulary
    anchor_flag: Vocabulary
    change: Vocabulary
    contract: Vocabulary
    band: Vocabulary
    action: Vocabulary
    host_role: Vocabulary
    role: Vocabulary
    job: Vocabulary
    decision: Vocabulary
    hold: Vocabulary
    family: Vocabulary
    removal: Vocabulary
    growth: Vocabulary
    disavow_origin: Vocabulary
    disavow_effect: Vocabulary
    disavow_need: Vocabulary
    placement: Vocabulary
    plan_slot: Vocabulary
    brief: Vocabulary
    report_section: Vocabulary
    prospect_stage: Vocabulary
    prospect_source: Vocabulary
    opportunity_kind: Vocabulary
    opportunity_state: Vocabulary
    contact_state: Vocabulary
    contact_found: Vocabulary
    message: Vocabulary
    mailbox: Vocabulary
    mail_security: Vocabulary
    scope: Vocabulary
    event: Vocabulary
    delivery: Vocabulary
    channel: Vocabulary
    channel_buttons: Vocabulary
    alert_severity: Vocabulary
    alert_state: Vocabulary
    alert_end: Vocabulary


@router.get("/v1/words")
async def get_words() -> AllWords:
    """Return the label, the sentence and the advice for every code; no code is shown to people."""
    return AllWords(
        status=_words(LinkStatus, lambda item: words.status(item, now=clock.now())),
        reason=_words(Reason, words.reason),
        outcome=_words(Outcome, words.outcome),
        link_kind=_words(LinkKind, words.link_kind),
        position=_words(Position, words.position),
        discovery=_words(DiscoveryReason, words.discovery),
        anchor_kind=_words(AnchorKind, words.anchor_kind),
        anchor_flag=_words(AnchorFlag, words.anchor_flag),
        change=_words(ChangeKind, words.change),
        contract=_words(ContractState, words.contract),
        band=_words(Band, words.band),
        action=_words(Action, words.action),
        host_role=_words(HostRole, words.host_role),
        role=_words(Role, words.role),
        job=_words(JobState, words.job),
        **{kind: _shown(known) for kind, known in SCREENS.items()},
    )


def _words(kind: Iterable[StrEnum], say: Callable[[Any], words.Words]) -> Vocabulary:
    return _shown({str(item): say(item) for item in kind})


def _shown(known: Mapping[str, words.Words]) -> Vocabulary:
    return {
        code: WordsOut(label=w.label, sentence=w.sentence, todo=w.todo) for code, w in known.items()
    }

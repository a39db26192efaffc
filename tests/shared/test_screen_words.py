"""The words of a service's own codes are complete, though only the service knows the codes."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from services.gateway.domain.attempts import State as DeliveryState
from services.gateway.domain.channels import Kind as ChannelKind
from services.gateway.domain.notices import NoticeState
from services.outreach.domain.brief import BriefState
from services.outreach.domain.placement import State as PlacementState
from services.outreach.domain.plan.filling import SlotState
from services.profile.domain.anomalies import Direction
from services.toxicity.domain import guard
from services.toxicity.domain.facts import Decision
from services.toxicity.domain.guard import Hold
from services.toxicity.domain.in_force import Effect
from services.toxicity.domain.need import Need
from services.toxicity.domain.removal import State
from services.toxicity.domain.weights import Family
from shared.access import Scope
from shared.events import REGISTRY
from shared.opportunities import OpportunityKind, OpportunityState
from shared.report_words import Section
from shared.screen_words import SCREENS
from shared.vocabulary import AlertEnd, AlertSeverity, AlertState

_TOXICITY = Path(guard.__file__).parents[1]


def spoken(file: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, (_TOXICITY / file).read_text("utf-8")))


_HOLDS = {one.code for one in vars(guard).values() if isinstance(one, Hold)}
_HOLDS |= spoken("domain/score.py", r'holds\.append\("(\w+)"\)')
_ORIGINS = set().union(
    *(spoken(f"api/{name}", r'origin="(\w+)"') for name in ("building.py", "disavow.py")),
    {"imported", "merged"},
)


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("decision", Decision),
        ("hold", _HOLDS),
        ("family", Family),
        ("removal", State),
        ("growth", {*Direction, "anchor_drift"}),
        ("disavow_origin", _ORIGINS),
        ("disavow_effect", Effect),
        ("disavow_need", Need),
        ("placement", PlacementState),
        ("plan_slot", SlotState),
        ("brief", BriefState),
        ("opportunity_kind", OpportunityKind),
        ("opportunity_state", OpportunityState),
        ("scope", Scope),
        ("report_section", Section),
        ("event", {event.name for event in REGISTRY.values() if event.outward}),
        ("alert_severity", AlertSeverity),
        ("alert_state", AlertState),
        ("alert_end", AlertEnd),
        ("delivery", {*DeliveryState, *NoticeState}),
        ("channel", ChannelKind),
    ],
)
def test_every_code_has_words(kind: str, codes: Iterable[str]) -> None:
    assert set(codes)
    assert {str(code) for code in codes} <= set(SCREENS[kind])
    for said in SCREENS[kind].values():
        assert "_" not in said.label + said.sentence + said.todo

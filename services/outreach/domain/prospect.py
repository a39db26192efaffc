"""A prospect is a domain that a site may get a link from; its stage says how far that has come; pure."""

from enum import StrEnum


class Stage(StrEnum):
    DISCOVERED = "discovered"
    QUALIFIED = "qualified"
    CONTACTED = "contacted"
    ENGAGED = "engaged"
    AGREED = "agreed"
    PLACED = "placed"
    REJECTED = "rejected"
    DECLINED = "declined"
    UNRESPONSIVE = "unresponsive"
    BLOCKED = "blocked"


_ORDER = (Stage.DISCOVERED, Stage.QUALIFIED, Stage.CONTACTED, Stage.ENGAGED, Stage.AGREED)
_BEFORE_CONTACT = frozenset({Stage.DISCOVERED, Stage.QUALIFIED})
_BEFORE_AGREED = frozenset(_ORDER[:-1])
OPEN = frozenset(_ORDER)
LOST = frozenset({Stage.REJECTED, Stage.DECLINED, Stage.UNRESPONSIVE, Stage.BLOCKED})

# From which stages something that happened, and no person, may take a prospect to another one.
BY_ITSELF: dict[Stage, frozenset[Stage]] = {
    Stage.DISCOVERED: frozenset(),
    Stage.QUALIFIED: frozenset({Stage.DISCOVERED}),
    Stage.CONTACTED: _BEFORE_CONTACT | {Stage.UNRESPONSIVE, Stage.REJECTED},
    Stage.ENGAGED: _BEFORE_CONTACT
    | {Stage.CONTACTED, Stage.UNRESPONSIVE, Stage.DECLINED, Stage.REJECTED},
    Stage.AGREED: _BEFORE_AGREED | {Stage.UNRESPONSIVE, Stage.DECLINED, Stage.REJECTED},
    Stage.PLACED: frozenset(Stage) - {Stage.PLACED},
    Stage.REJECTED: _BEFORE_CONTACT,
    Stage.DECLINED: _BEFORE_AGREED | {Stage.UNRESPONSIVE},
    Stage.UNRESPONSIVE: frozenset({Stage.CONTACTED}),
    Stage.BLOCKED: frozenset(Stage) - {Stage.BLOCKED, Stage.PLACED},
}


def reachable_from(stage: Stage, *, by_person: bool) -> frozenset[Stage]:
    """Return the stages from which a prospect may come to this one.

    A person may move a prospect anywhere; what merely happened never takes it back.
    """
    return frozenset(Stage) - {stage} if by_person else BY_ITSELF[stage]

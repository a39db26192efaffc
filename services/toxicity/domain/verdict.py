"""One sentence for each referring domain: what is to be done about it, and why; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.toxicity.domain.facts import Decision
from shared.vocabulary import Action, Band

WORTH = (Action.PROPOSE_DISAVOW, Action.REQUEST_REMOVAL, Action.REVIEW)
_ORDER = (*WORTH, Action.WATCH, Action.LOOK_AGAIN, Action.NO_ACTION_NEEDED, Action.NONE)


@dataclass(frozen=True, slots=True)
class DomainLinks:
    """The links of one referring domain, added up."""

    domain: str
    links: int
    live: int
    followed: int
    good: int
    judged: int
    worst_band: Band | None
    worst_sentence: str
    actions: frozenset[Action]
    families: Sequence[str] = ()
    """Kinds of evidence that speak against its links."""
    decision: Decision | None = None
    worst_link: UUID | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    action: Action
    sentence: str


def verdict(domain: DomainLinks) -> Verdict:
    """Return what a list says of a domain. Not enough seen is an answer, and decisions come first."""
    if domain.decision is not None:
        return Verdict(Action.NO_ACTION_NEEDED, _DECIDED[domain.decision])
    if not domain.live and domain.links and domain.judged:
        return Verdict(Action.NO_ACTION_NEEDED, "Gone: nothing to do.")
    if not domain.judged:
        return Verdict(Action.LOOK_AGAIN, "Not enough seen: no page with the link was read.")
    action = next((one for one in _ORDER if one in domain.actions), Action.NONE)
    sentence = domain.worst_sentence or "Nothing worrying seen"
    if domain.good and action in WORTH:
        good = f"{domain.good:,} good {'link comes' if domain.good == 1 else 'links come'}"
        mixed = Action.REVIEW if action is Action.PROPOSE_DISAVOW else action
        return Verdict(mixed, f"{sentence}; {good} from here too, so only single pages.")
    return Verdict(action, f"{sentence}.")


_DECIDED = {
    Decision.KEEP: "Kept by your team.",
    Decision.ASK_REMOVAL: "You decided to have it taken out.",
    Decision.DISAVOW: "You decided to disavow it.",
    Decision.IGNORE: "You decided to leave it to Google.",
}


def site_sentence(*, judged: int, worth: int, junk: int | None, attack: str = "") -> str:
    """Return what the sums of a site say in one breath; `junk` is None where it is not to be shown."""
    if not judged:
        return attack or "Nothing can be said yet: no link was judged."
    asked = f"{worth:,} of {judged:,} judged links {'is' if worth == 1 else 'are'} worth action"
    ignored = f"; {junk:,} are junk that search engines ignore" if junk else ""
    return " ".join(filter(None, (attack, f"{asked}{ignored}.")))

"""How a page of our own answers that links point at: broken, moved, fine, or not to be said."""

from dataclasses import dataclass

from services.crawler.domain.absence import emptiness, refusal, wants_sibling
from services.crawler.domain.scene import Scene
from shared.vocabulary import Outcome, Reason


@dataclass(frozen=True, slots=True)
class TargetHealth:
    """`broken` is None where the look failed, and then `reasons` say why.

    Without reasons the page answers as before and its body was not asked for: the last word holds.
    """

    broken: bool | None
    reasons: tuple[Reason, ...] = ()

    @property
    def is_as_before(self) -> bool:
        return self.broken is None and not self.reasons


AS_BEFORE = TargetHealth(broken=None)


_GONE = frozenset({Reason.PAGE_404, Reason.PAGE_410, Reason.DNS_GONE})
# Pages that answer 200 and show a wall, an error or nothing: nobody has seen the target.
_FAILED = frozenset({Reason.BLOCKED_BY_WALL, Reason.PAGE_5XX, Reason.UNREACHABLE})


def health_of(scene: Scene) -> TargetHealth:
    """Return what a visitor who follows a link would find; a server's bad hour is no verdict."""
    moved = (Reason.TARGET_REDIRECTS,) if scene.moved else ()
    refused = refusal(scene)
    if refused is not None and refused.reasons != (Reason.NOT_HTML,):
        if _GONE & set(refused.reasons):
            broken = (Reason.REDIRECT_CHAIN_BROKEN,) if moved else ()
            return TargetHealth(broken=True, reasons=(*broken, Reason.TARGET_ERROR))
        return TargetHealth(broken=None, reasons=refused.reasons)
    empty = emptiness(scene) if refused is None else None
    if empty is not None and empty.outcome is Outcome.MISSING:
        if Reason.SOFT_404 in empty.reasons:
            return TargetHealth(broken=True, reasons=(Reason.TARGET_SOFT_404, *moved))
        if Reason.PARKED in empty.reasons:
            return TargetHealth(broken=True, reasons=(Reason.PARKED, *moved))
    if empty is not None and _FAILED & set(empty.reasons):
        return TargetHealth(broken=None, reasons=empty.reasons)
    return TargetHealth(broken=False, reasons=moved)


def hides_a_404(scene: Scene) -> bool:
    """Return whether only an answer for a made-up address could tell a soft 404 from the page."""
    return refusal(scene) is None and wants_sibling(scene, emptiness(scene))

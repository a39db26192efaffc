"""How a page of our own answers that links point at: broken, moved, fine, or not to be said."""

from dataclasses import dataclass

from services.crawler.domain.absence import Scene, emptiness, refusal
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.page import Page
from shared.vocabulary import Outcome, Reason


@dataclass(frozen=True, slots=True)
class TargetHealth:
    """`broken` is None where the look failed, and then `reasons` say why."""

    broken: bool | None
    reasons: tuple[Reason, ...] = ()


_GONE = frozenset({Reason.PAGE_404, Reason.PAGE_410, Reason.DNS_GONE})


def health_of(fetched: Fetched, page: Page | None) -> TargetHealth:
    """Return what a visitor who follows a link would find; a server's bad hour is no verdict."""
    scene = Scene(fetched, page)
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
    return TargetHealth(broken=False, reasons=moved)

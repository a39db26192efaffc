"""The relative reasons: how the link that was seen differs from its baseline (seams.md 5)."""

from collections.abc import Iterator

from services.profile.domain.contract import rel_difference
from services.profile.domain.facts import Facts, same_text
from shared.vocabulary import LinkKind, Position, Reason

_SHOWN = (
    *("target_url", "anchor_text", "image_alt", "rel", "kind", "position"),
    *("hidden", "followed", "indexable"),
)


def diff(baseline: Facts, seen: Facts) -> tuple[Reason, ...]:
    """Return why `seen` differs from `baseline`; empty means that it is as it was."""
    return tuple(_differences(baseline, seen))


def _differences(baseline: Facts, seen: Facts) -> Iterator[Reason]:
    if seen == baseline:  # nearly every look
        return
    if seen.target_key != baseline.target_key:
        yield Reason.TARGET_CHANGED
    yield from rel_difference(baseline.rel, seen.rel)
    yield from _place_differences(baseline, seen)
    # A page's own trouble that was not there at first: noindex, canonical elsewhere, hidden ...
    yield from (reason for reason in seen.reasons if reason not in baseline.reasons)


def _place_differences(baseline: Facts, seen: Facts) -> Iterator[Reason]:
    if baseline.mark in seen.copies:  # still there, beside one that is now worth more
        return
    if seen.mark in baseline.copies and seen.mark != baseline.mark:
        yield Reason.DUPLICATE_ONLY
        return
    yield from _anchor_differences(baseline, seen)
    if _moved(baseline.position, seen.position):
        yield Reason.MOVED_ON_PAGE


def _anchor_differences(baseline: Facts, seen: Facts) -> Iterator[Reason]:
    if same_text(baseline.anchor_text) != same_text(seen.anchor_text):
        both_images = baseline.kind is LinkKind.IMAGE and seen.kind is LinkKind.IMAGE
        if both_images:
            yield Reason.ALT_CHANGED
            return
        yield Reason.ANCHOR_CHANGED if seen.anchor_text.strip() else Reason.ANCHOR_EMPTY
    elif same_text(baseline.image_alt or "") != same_text(seen.image_alt or ""):
        yield Reason.ALT_CHANGED


def _moved(before: Position, after: Position) -> bool:
    return before is not after and Position.UNKNOWN not in {before, after}


def changed_fields(before: Facts | None, after: Facts | None) -> tuple[str, ...]:
    """Name the facts that differ, in the words of the API; for the history."""
    if before is None or after is None or before == after:
        return ()
    return tuple(name for name in _SHOWN if getattr(before, name) != getattr(after, name))

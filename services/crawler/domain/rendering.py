"""When a page is worth a browser, and how what its scripts made weighs against its bytes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from services.crawler.domain.fetched import Fetched
from services.crawler.domain.indexability import Directive
from services.crawler.domain.look import is_html
from services.crawler.domain.page import Page
from services.crawler.domain.verdict import Discovery, Judgement, Verdict
from shared.events import Rendering
from shared.vocabulary import Outcome, Reason, RenderState

_SHOWN = frozenset({RenderState.RAN, RenderState.PARTLY})
_CLOSED = frozenset({Reason.BLOCKED_BY_WALL, Reason.LOGIN_WALL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What a browser brought: `fetched` is the document as it stood after its scripts had run.

    `busy` says that a later moment may find a free browser, the day's shares being left. `requests` were sent to hosts for it, `refused` those that the page asked for and did not get.
    """

    state: RenderState
    fetched: Fetched | None = None
    requests: int = 0
    refused: int = 0
    busy: bool = False
    wire_bytes: int = 0
    elapsed_ms: int = 0

    @property
    def was_shown(self) -> bool:
        return self.state in _SHOWN and self.fetched is not None


def is_worth_showing(fetched: Fetched, judgement: Judgement | None, *, always: bool) -> bool:
    """Return whether the bytes leave a link open that running the page's scripts may settle.

    Walls, challenges and logins are no reason: they are not got round, even if every page is to be
    shown (`always`).
    """
    if judgement is None or fetched.failure is not None or not is_html(fetched):
        return False
    if not 200 <= (fetched.status or 0) < 300 or any(map(_is_closed, judgement.verdicts)):
        return False
    return always or any(map(_is_open, judgement.verdicts))


def with_directives_of(raw: Iterable[Directive], shown: Page) -> Page:
    """Return the shown page under what it and the bytes say to search engines.

    They read the bytes first: a noindex in them counts even if a script takes it away.
    """
    directives = tuple(dict.fromkeys((*raw, *shown.directives)))
    return replace(shown, directives=directives)


def weigh(raw: Judgement, shown: Judgement | None, rendered: Rendered) -> Judgement:
    """Return the judgement on a page of which the bytes and, maybe, the rendering were judged."""
    shown = shown if rendered.was_shown else None
    seen = shown.verdicts if shown is not None else (None,) * len(raw.verdicts)
    verdicts = tuple(
        _with_rendering(_weighed(mine, theirs, rendered.state), mine, theirs, rendered)
        for mine, theirs in zip(raw.verdicts, seen, strict=True)
    )
    if shown is None or not _counts(shown, rendered):
        return replace(raw, verdicts=verdicts)
    return Judgement(
        sight=replace(shown.sight, elapsed_ms=raw.sight.elapsed_ms),
        verdicts=verdicts,
        discoveries=tuple(_discoveries(raw, shown)),
    )


def _is_closed(verdict: Verdict) -> bool:
    return not _CLOSED.isdisjoint(verdict.reasons)


def _is_open(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.UNKNOWN and Reason.JS_ONLY in verdict.reasons


def _counts(shown: Judgement, rendered: Rendered) -> bool:
    found = any(verdict.outcome is Outcome.FOUND for verdict in shown.verdicts)
    return found or rendered.state is RenderState.RAN


def _weighed(raw: Verdict, shown: Verdict | None, state: RenderState) -> Verdict:
    if shown is None:
        return raw
    if shown.outcome is Outcome.FOUND:
        if raw.outcome is not Outcome.FOUND:
            return replace(shown, reasons=(Reason.JS_ONLY, *shown.reasons))
        return shown if state is RenderState.RAN else raw
    if state is not RenderState.RAN:
        # What did not load may hold the link: only a page that came to rest shows an absence.
        return raw
    if raw.outcome is Outcome.FOUND and shown.outcome is Outcome.MISSING:
        return replace(raw, reasons=(Reason.RAW_ONLY, *raw.reasons))
    return shown if raw.outcome is Outcome.UNKNOWN else raw


def _with_rendering(
    verdict: Verdict, raw: Verdict, shown: Verdict | None, rendered: Rendered
) -> Verdict:
    rendering = Rendering(
        state=rendered.state,
        raw_outcome=raw.outcome,
        raw_reasons=raw.reasons,
        outcome=shown.outcome if shown is not None else None,
        reasons=shown.reasons if shown is not None else (),
        requests=rendered.requests,
        refused=rendered.refused,
        elapsed_ms=rendered.elapsed_ms,
    )
    return replace(verdict, rendering=rendering)


def _discoveries(raw: Judgement, shown: Judgement) -> Iterator[Discovery]:
    in_bytes = {(found.site_id, found.target_key) for found in raw.discoveries}
    for found in shown.discoveries:
        if (found.site_id, found.target_key) in in_bytes:
            yield found
        else:
            yield replace(found, reasons=(Reason.JS_ONLY, *found.reasons))

"""Plans the next look at a page from what the last one showed, and learns how links go."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.crawler.domain import hazard, recheck
from services.crawler.domain.claim import Alarm, Claim
from services.crawler.domain.hazard import NOTHING, History
from services.crawler.domain.look import Look
from services.crawler.domain.page_kind import PageKind, kind_of
from services.crawler.domain.recheck import PagePlan
from services.crawler.domain.seen import Seen
from services.crawler.domain.streak import LOST_AT
from shared.vocabulary import Outcome, Reason

TARGET_EVERY = timedelta(days=1)
_CLOSED = frozenset({Reason.ROBOTS_DISALLOWS_US, Reason.OPTED_OUT})
_DAY_S = 86_400.0

# A page that has lost this many links while it stood is a list that moves on, whatever its name.
_CHURNING = 3
# What scrolls off a list mostly lives on in the article: less is at stake there.
_LISTING_VALUE = 0.25


class Terms(NamedTuple):
    """What settling depends on besides claim and look; ids, time and chance are arguments.

    `not_before` is the end of a pause that the host asked for. `gap_s` is the host's pace, `load`
    the looks a day that all pages want and `budget` how many there may be. `evidence_body` is how
    many bytes of a body are kept as evidence of a change, 0 for no evidence at all.
    """

    now: datetime
    check_id: UUID
    workspace_of: Mapping[UUID, UUID]
    jitter: float = 0.0
    confirm_after: timedelta | None = None
    not_before: datetime | None = None
    gap_s: float = 0.0
    load: float = 0.0
    budget: float | None = None
    evidence_body: int = 0


class Planned(NamedTuple):
    """When to look next, and what the look taught.

    `history` and `rate` are the page's from now on; `learned` is what its host learns of it.
    """

    next_check_at: datetime
    rate: float
    history: History
    learned: History = NOTHING
    alarms: tuple[Alarm, ...] = ()


def plan_of(
    claim: Claim, look: Look, seen: Sequence[Seen], *, failed: bool, terms: Terms
) -> Planned:
    """Return the plan of a page after a look."""
    priors = [_prior(claim, look, one) for one in seen]
    news = _news(claim, look, seen, priors)
    history = claim.memory.history.with_more(news)
    # The churn of lists says nothing about the links in articles of the same host.
    listed = _is_listing(claim)
    learned = NOTHING if listed else news
    page = _page_plan(
        claim,
        seen,
        failed=failed,
        hazard=_hazard(seen, priors, history, claim.host_history.with_more(learned)),
        worth=_LISTING_VALUE if listed else 1.0,
    )
    rate = recheck.rate_of(page) if seen else 0.0
    stretch = recheck.stretch_of(
        host_load=claim.host_load - claim.memory.rate + rate,
        gap_s=terms.gap_s,
        load=terms.load,
        # What was paid for keeps its hours; only a host's pace holds it back.
        budget=None if page.contract else terms.budget,
    )
    return Planned(
        next_check_at=_next_check_at(claim, look, page._replace(stretch=stretch), seen, terms),
        rate=rate,
        history=history,
        learned=learned,
        alarms=() if listed else _alarms(claim, look, seen),
    )


def _next_check_at(
    claim: Claim, look: Look, plan: PagePlan, seen: Sequence[Seen], terms: Terms
) -> datetime:
    moments = []
    if claim.targets:
        retry = TARGET_EVERY * (1 + recheck.JITTER * terms.jitter)
        moments.append(look.looked_at + retry)
    if seen:
        if plan.confirm_at is not None and terms.confirm_after is not None:
            # An override says exactly when: tests and audits wait for this look.
            moments.append(max(plan.confirm_at, look.looked_at))
        else:
            moments.append(recheck.next_check_at(plan, now=look.looked_at, jitter=terms.jitter))
    next_at = min(moments)
    return max(next_at, terms.not_before) if terms.not_before is not None else next_at


def _page_plan(
    claim: Claim, seen: Sequence[Seen], *, failed: bool, hazard: float, worth: float
) -> PagePlan:
    placed = [one.state.known_since for one in seen if one.state.contract]
    gone = [one.streak.since for one in seen if one.outcome is Outcome.MISSING]
    confirm = [one.confirm_at for one in seen if one.confirm_at is not None]
    all_gone = len(gone) == len(seen) and not confirm
    return PagePlan(
        value=sum(one.state.value for one in seen) * worth,
        hazard=hazard,
        share=recheck.share_of(claim.page_key) if claim.memory.checks == 0 else 1.0,
        contract=any(one.state.contract for one in seen),
        placed_at=max(placed, default=None),
        # A look that failed waits for its retry: asking a failing host every minute helps nobody.
        confirm_at=None if failed else min(confirm, default=None),
        gone_since=max(filter(None, gone), default=None) if all_gone else None,
        failure_run=claim.memory.failure_run + 1 if failed else 0,
        closed_by_robots=any(_CLOSED & set(one.reasons) for one in seen),
    )


def _news(claim: Claim, look: Look, seen: Sequence[Seen], priors: Sequence[float]) -> History:
    """Return what this look adds to the history: of links that were there at the last one."""
    losses = sum(map(_is_lost_now, seen))
    since = claim.memory.checked_at
    if since is None:
        return History(losses, 0.0)
    days = max(0.0, (look.looked_at - since).total_seconds() / _DAY_S)
    under_watch = [
        prior
        for one, prior in zip(seen, priors, strict=True)
        if one.state.ever_live
        and one.state.missing_streak == 0
        and one.outcome is not Outcome.UNKNOWN
    ]
    return History(losses, days * sum(under_watch))


def _is_lost_now(one: Seen) -> bool:
    return one.ever_live and one.state.missing_streak < LOST_AT <= one.streak.count


def _prior(claim: Claim, look: Look, one: Seen) -> float:
    return hazard.prior_of(
        age_days=(look.looked_at - one.state.known_since).total_seconds() / _DAY_S,
        kind=PageKind.LISTING if _is_listing(claim) else kind_of(claim.url),
        position=one.position,
        rel=one.rel,
    )


def _hazard(seen: Sequence[Seen], priors: Sequence[float], page: History, host: History) -> float:
    """Return the losses a day of the page's links, each by its value."""
    if not seen:
        return recheck.USUAL_HAZARD
    values = [max(one.state.value, 0.01) for one in seen]
    mean = sum(v * p for v, p in zip(values, priors, strict=True)) / sum(values)
    return hazard.hazard_of(mean, host=host, page=page)


def _is_listing(claim: Claim) -> bool:
    return claim.memory.history.losses >= _CHURNING or kind_of(claim.url) is PageKind.LISTING


def _alarms(claim: Claim, look: Look, seen: Sequence[Seen]) -> tuple[Alarm, ...]:
    """Return what else to look at: where a link just went, others may have gone with it."""
    return tuple(
        Alarm(
            host=claim.host,
            site_id=one.state.watch.site_id,
            at=look.looked_at,
            placed_at=one.state.known_since if one.state.contract else None,
        )
        for one in seen
        if _is_lost_now(one)
    )

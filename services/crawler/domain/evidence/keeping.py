"""Decides at the end of a look of which links evidence is kept, and drafts it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from services.crawler.domain.claim import Claim, WatchState
from services.crawler.domain.evidence.draft import FORMAT, Draft, Exhibit, exhibit_of, told_of
from services.crawler.domain.evidence.marks import changed, marks_of
from services.crawler.domain.look import Look
from services.crawler.domain.streak import LOST_AT, Streak
from shared.events import Observation
from shared.ids import new_id
from shared.vocabulary import Outcome


class Kept(NamedTuple):
    """What becomes of the evidence of one link: new, or the one that still holds."""

    observation: Observation
    marks: bytes | None = None
    draft: Draft | None = None


@dataclass(slots=True)
class Keeper:
    """Drafts the evidence of one look; what was received is prepared once, and only if wanted."""

    claim: Claim
    look: Look
    max_body: int
    _exhibit: Exhibit | None = field(default=None)

    def keep(self, state: WatchState, observation: Observation, streak: Streak) -> Kept:
        """Return the observation with its evidence, which is new if the link is not as it was."""
        if self.look.judgement is None or not self.max_body:
            return Kept(_with_id(observation, state))
        confirmed = observation.outcome is Outcome.MISSING and streak.count >= LOST_AT
        confirmed = confirmed and state.ever_live
        marks = marks_of(observation, confirmed=confirmed)
        what = changed(state.evidence_marks, marks)
        if not what:
            return Kept(_with_id(observation, state))
        evidence_id = new_id()
        told = observation.model_copy(update={"evidence_id": evidence_id})
        draft = self._draft(state, told, streak, what)
        return Kept(told, marks, draft)

    def _draft(
        self, state: WatchState, observation: Observation, streak: Streak, what: tuple[str, ...]
    ) -> Draft:
        if self._exhibit is None:
            self._exhibit = exhibit_of(
                self.look.fetched,
                max_body=self.max_body,
                shown=self.look.shown,
                asides=self.look.asides,
            )
        watch = state.watch
        evidence_id = observation.evidence_id or new_id()
        statement = {
            "format": FORMAT,
            "evidence_id": evidence_id,
            "site_id": watch.site_id,
            "link_id": watch.link_id,
            "seen_at": self.look.looked_at,
            "referring_url": self.claim.url,
            "target_url": watch.target_url,
            "hosts": sorted(watch.hosts),
            "changed": what,
            "missing_looks": streak.count,
            "missing_since": streak.since,
            "observation": observation.model_dump(),
            **told_of(self._exhibit),
        }
        return Draft(
            evidence_id=evidence_id,
            workspace_id=state.workspace_id,
            site_id=watch.site_id,
            link_id=watch.link_id,
            seen_at=self.look.looked_at,
            outcome=observation.outcome,
            reasons=observation.reasons,
            changed=what,
            statement=statement,
            exhibit=self._exhibit,
            supersedes=state.evidence_id,
        )


def _with_id(observation: Observation, state: WatchState) -> Observation:
    if observation.evidence_id == state.evidence_id:
        return observation
    return observation.model_copy(update={"evidence_id": state.evidence_id})

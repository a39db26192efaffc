"""One look for one link, put into the words and fields that people and programs get."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.crawler.domain.look import Look
from shared import words
from shared.events import Hop, Occurrence, Rendering
from shared.vocabulary import UNFOLLOWED_RELS, LinkKind, Outcome, Position, Reason, RenderState


class Said(BaseModel):
    """A code in plain words."""

    model_config = ConfigDict(frozen=True)

    label: str = Field(description="Two or three words.")
    sentence: str = Field(description="What it means.")
    todo: str = Field(description="What to do about it.")


class SaidReason(Said):
    code: Reason = Field(description="The reason as programs know it.")


class SeenLink(BaseModel):
    """One place of the page that leads to the target, as a browser sees it."""

    model_config = ConfigDict(frozen=True)

    target_url: str
    anchor_text: str = Field(description="The visible text; of an image, its alternative text.")
    rel: tuple[str, ...]
    followed: bool = Field(description="No nofollow, ugc or sponsored on the link or the page.")
    kind: LinkKind
    position: Position
    hidden: bool = Field(description="A person cannot see it.")
    in_noscript: bool
    in_iframe: bool
    left_context: str
    right_context: str
    image_alt: str | None


class SeenPage(BaseModel):
    """What the page says about itself."""

    model_config = ConfigDict(frozen=True)

    title: str | None
    lang: str | None
    canonical: str | None
    meta_robots: tuple[str, ...]
    x_robots_tag: tuple[str, ...]
    outlinks_internal: int | None
    outlinks_external: int | None
    word_count: int | None
    platform: str | None


class SeenHop(BaseModel):
    """One redirect that was followed."""

    model_config = ConfigDict(frozen=True)

    url: str
    status: int | None
    location: str | None


class SeenRendering(BaseModel):
    """What the page's bytes alone said, and what it showed after its scripts had run."""

    model_config = ConfigDict(frozen=True)

    state: RenderState = Field(description="What became of running the page's scripts.")
    words: Said = Field(description="The state in plain words.")
    raw_outcome: Outcome = Field(description="What the bytes alone say.")
    raw_reasons: tuple[Reason, ...]
    raw_words: Said
    rendered_outcome: Outcome | None = Field(description="null: the page could not be rendered.")
    rendered_reasons: tuple[Reason, ...]
    rendered_words: Said | None
    requests: int = Field(description="Sent to hosts because the page asked for them.")
    refused: int = Field(description="Asked for by the page and not sent: pictures, frames ...")
    elapsed_ms: int


class CheckAnswer(BaseModel):
    """One observation; nothing of it is stored."""

    model_config = ConfigDict(frozen=True)

    outcome: Outcome = Field(description="found, missing, or unknown: we could not look.")
    reasons: tuple[Reason, ...]
    words: Said = Field(description="The outcome in plain words.")
    reason_words: tuple[SaidReason, ...] = Field(description="Each reason in plain words.")
    http_status: int | None
    final_url: str | None
    redirects: tuple[SeenHop, ...]
    indexable: bool | None = Field(description="Search engines may list the page; null: not seen.")
    followed: bool | None = Field(description="At least one place is followed; null: none seen.")
    occurrences: tuple[SeenLink, ...]
    occurrence_count: int
    other_links: tuple[SeenLink, ...] = Field(
        description="Where the target is missing: a link of the page to another page of its host."
    )
    page: SeenPage
    rendering: SeenRendering | None = Field(
        description="null: nothing about the link depends on scripts, so they were not run."
    )
    checked_at: datetime
    elapsed_ms: int = Field(description="Network time, without waiting for the host's turn.")


def answer_of(look: Look) -> CheckAnswer:
    """Return the answer to a question about exactly one link."""
    judgement = look.judgement
    if judgement is None or len(judgement.verdicts) != 1:
        raise ValueError("an answer is about one judged link")
    verdict, sight = judgement.verdicts[0], judgement.sight
    seen = tuple(
        _seen_link(place, page_followed=sight.page_followed) for place in verdict.occurrences
    )
    others = () if seen else verdict.targets
    return CheckAnswer(
        outcome=verdict.outcome,
        reasons=verdict.reasons,
        words=_said(words.outcome(verdict.outcome)),
        reason_words=tuple(_said_reason(reason) for reason in verdict.reasons),
        http_status=sight.http_status,
        final_url=sight.final_url,
        redirects=tuple(_seen_hop(hop) for hop in sight.redirects),
        indexable=sight.indexable,
        followed=any(link.followed for link in seen) if seen else None,
        occurrences=seen,
        occurrence_count=verdict.occurrence_count,
        other_links=tuple(_seen_link(p, page_followed=sight.page_followed) for p in others),
        page=_seen_page(look),
        rendering=_seen_rendering(verdict.rendering) if verdict.rendering else None,
        checked_at=look.looked_at,
        elapsed_ms=sight.elapsed_ms,
    )


def _seen_link(place: Occurrence, *, page_followed: bool | None) -> SeenLink:
    return SeenLink(
        target_url=place.target_url,
        anchor_text=place.anchor_text,
        rel=place.rel,
        followed=not UNFOLLOWED_RELS & set(place.rel) and page_followed is not False,
        kind=place.kind,
        position=place.position,
        hidden=place.hidden,
        in_noscript=place.in_noscript,
        in_iframe=place.in_iframe,
        left_context=place.left_context,
        right_context=place.right_context,
        image_alt=place.image_alt,
    )


def _seen_page(look: Look) -> SeenPage:
    judgement, facts = look.judgement, look.facts
    sight = judgement.sight if judgement is not None else None
    return SeenPage(
        title=sight.title if sight else None,
        lang=sight.lang if sight else None,
        canonical=sight.canonical if sight else None,
        meta_robots=sight.meta_robots if sight else (),
        x_robots_tag=sight.x_robots_tag if sight else (),
        outlinks_internal=sight.outlinks_internal if sight else None,
        outlinks_external=sight.outlinks_external if sight else None,
        word_count=facts.word_count if facts else None,
        platform=facts.platform if facts else None,
    )


def _seen_rendering(rendering: Rendering) -> SeenRendering:
    outcome = rendering.outcome
    return SeenRendering(
        state=rendering.state,
        words=_said(words.render_state(rendering.state)),
        raw_outcome=rendering.raw_outcome,
        raw_reasons=rendering.raw_reasons,
        raw_words=_said(words.outcome(rendering.raw_outcome)),
        rendered_outcome=outcome,
        rendered_reasons=rendering.reasons,
        rendered_words=_said(words.outcome(outcome)) if outcome is not None else None,
        requests=rendering.requests,
        refused=rendering.refused,
        elapsed_ms=rendering.elapsed_ms,
    )


def _seen_hop(hop: Hop) -> SeenHop:
    return SeenHop(url=hop.url, status=hop.status, location=hop.location)


def _said(said: words.Words) -> Said:
    return Said(label=said.label, sentence=said.sentence, todo=said.todo)


def _said_reason(reason: Reason) -> SaidReason:
    said = words.reason(reason)
    return SaidReason(code=reason, label=said.label, sentence=said.sentence, todo=said.todo)

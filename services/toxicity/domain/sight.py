"""From what the crawler says to what the score needs: one check's observation as facts of the link."""

from collections.abc import Sequence

from services.toxicity.domain.facts import LinkFacts
from shared import urls
from shared.events import Hop, Observation, Occurrence
from shared.vocabulary import UNFOLLOWED_RELS, Outcome, Position

MAX_TEXT = 500
MAX_HOPS = 10

# Where a link does most for its target, best first: a page is judged by its best occurrence.
_PLACES = (
    Position.CONTENT,
    Position.UNKNOWN,
    Position.SIDEBAR,
    Position.NAV,
    Position.HEADER,
    Position.FOOTER,
    Position.COMMENT,
)


def link_facts(observation: Observation) -> LinkFacts | None:
    """Return what a check saw of the link, or None if it saw no link."""
    if observation.outcome is not Outcome.FOUND or not observation.occurrences:
        return None
    best = min(observation.occurrences, key=_worth)
    context = f"{best.left_context} {best.anchor_text} {best.right_context}"
    return LinkFacts(
        anchor_text=best.anchor_text[:MAX_TEXT],
        image_alt=None if best.image_alt is None else best.image_alt[:MAX_TEXT],
        rel=frozenset(best.rel),
        kind=best.kind,
        position=best.position,
        hidden=best.hidden,
        context=context.strip()[:MAX_TEXT] if best.left_context or best.right_context else "",
        occurrence_count=max(observation.occurrence_count, len(observation.occurrences)),
        page_followed=observation.page_followed,
        outlinks_external=observation.outlinks_external,
        redirect_domains=chain_domains(observation.redirects),
        reasons=frozenset(observation.reasons),
        indexable=observation.indexable,
    )


def chain_domains(hops: Sequence[Hop]) -> tuple[str, ...]:
    """Return the domains that a redirect chain passes, each once, in order, without the first."""
    domains = [urls.domain_or_host(urls.host_of(hop.url)) for hop in hops[:MAX_HOPS]]
    return tuple(dict.fromkeys(domain for domain in domains if domain))[1:]


def _worth(occurrence: Occurrence) -> tuple[bool, bool, bool, int]:
    """Sort the occurrence first that is seen, followed, in the page itself and best placed."""
    return (
        occurrence.hidden,
        bool(UNFOLLOWED_RELS & set(occurrence.rel)),
        occurrence.in_noscript or occurrence.in_iframe,
        _PLACES.index(occurrence.position),
    )

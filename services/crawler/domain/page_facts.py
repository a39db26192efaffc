"""Puts what was read and what was fetched together into the facts that page.read carries."""

from services.crawler.domain.fetched import Fetched
from services.crawler.domain.page import Page
from shared import urls
from shared.events import PageFacts

_MAX_SHORT = 200
_MAX_WAY = 10
_DOMAIN_BYTES = 8_000
_FEED_BYTES = 1_500


def page_facts(page: Page, fetched: Fetched) -> PageFacts:
    """Return the facts of a page; bounded, so that one event stays below 16 kB."""
    facts = page.facts
    domains = _within(facts.outlink_domains, _DOMAIN_BYTES)
    host = urls.host_of(fetched.final_url)
    return PageFacts(
        url=fetched.url,
        final_url=fetched.final_url,
        referring_domain=urls.domain_or_host(urls.host_of(fetched.url)),
        host=host,
        http_status=fetched.status or 0,
        title=page.title,
        description=facts.description,
        lang=page.lang,
        charset=page.charset,
        word_count=facts.word_count,
        visible_chars=facts.visible_chars,
        anchor_chars=facts.anchor_chars,
        markup_bytes=facts.markup_bytes,
        compression_ratio=facts.compression_ratio,
        outlinks_internal=page.outlinks_internal,
        outlinks_external=page.outlinks_external,
        outlink_domains=domains,
        outlink_domains_more=facts.outlink_domains_more + len(facts.outlink_domains) - len(domains),
        hidden_links=facts.hidden_links,
        nofollow_links=facts.nofollow_links,
        outlinks_unfollowed=facts.outlinks_unfollowed,
        ad_scripts=facts.ad_scripts,
        text_fingerprint=facts.text_fingerprint,
        template_fingerprint=facts.template_fingerprint,
        tracker_ids=facts.tracker_ids,
        platform=facts.platform,
        server=_short(fetched.header("server")),
        ip=fetched.ip,
        has_contact=facts.has_contact,
        has_legal=facts.has_legal,
        emails=facts.emails,
        feeds=_within(facts.feeds, _FEED_BYTES),
        hops=len(fetched.hops),
        redirect_domains=_way(fetched),
        tls_issuer=_short(fetched.tls_issuer),
        published_on=facts.published_on,
        text_language=facts.text_language,
        hidden_chars=facts.hidden_chars,
        frame_chars=facts.frame_chars,
        injected_blocks=facts.injected_blocks,
        spam_words=facts.spam_words,
        top_word_share=facts.top_word_share,
        outlink_sketch=facts.outlink_sketch,
        comment_domains=facts.comment_domains,
    )


def _way(fetched: Fetched) -> tuple[str, ...]:
    """Return the domains that the redirects pass, without the one asked first."""
    hops = [urls.domain_or_host(urls.host_of(hop.url)) for hop in fetched.hops]
    domains = [*hops, urls.domain_or_host(urls.host_of(fetched.final_url))]
    return tuple(dict.fromkeys(domain for domain in domains if domain != domains[0]))[:_MAX_WAY]


def _within(texts: tuple[str, ...], most: int) -> tuple[str, ...]:
    """Return the first texts that fit into so many bytes."""
    size = 0
    for count, text in enumerate(texts):
        size += len(text.encode()) + 3
        if size > most:
            return texts[:count]
    return texts


def _short(value: str | None) -> str | None:
    return value[:_MAX_SHORT] if value else None

"""Puts what was read and what was fetched together into the facts that page.read carries."""

from services.crawler.domain.fetched import Fetched
from services.crawler.domain.page import Page
from shared import urls
from shared.events import PageFacts

_MAX_SHORT = 200


def page_facts(page: Page, fetched: Fetched) -> PageFacts:
    """Return the facts of a page; bounded, so that one event stays below 16 kB."""
    facts = page.facts
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
        outlink_domains=facts.outlink_domains,
        outlink_domains_more=facts.outlink_domains_more,
        hidden_links=facts.hidden_links,
        nofollow_links=facts.nofollow_links,
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
        feeds=facts.feeds,
    )


def _short(value: str | None) -> str | None:
    return value[:_MAX_SHORT] if value else None

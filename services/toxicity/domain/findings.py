"""One small function per kind of evidence: facts in, at most one finding out; no facts, no finding."""

import re
from collections.abc import Callable

from services.toxicity.domain.facts import Decision, Facts, LinkFacts
from services.toxicity.domain.finding import Finding, percent, quote
from services.toxicity.domain.page_findings import LIST_ANCHOR_SHARE, of_page
from services.toxicity.domain.source_findings import NETWORK_DOMAINS, STRONG_BITS, of_source
from shared.hostnames import shown
from shared.vocabulary import NOT_OBSERVED, AnchorFlag, AnchorKind, Position, Reason

ENOUGH_DOMAINS = 50  # below this many referring domains a share says nothing
EXACT_SHARE = 0.10
EXACT_GROSS_SHARE = 0.25
SAME_ANCHOR_SHARE = 0.05
SITEWIDE_LINKS = 10
MANY_OUTLINKS = 100
VERY_MANY_OUTLINKS = 300
SAME_LINK_TIMES = 5
CHAIN_DOMAINS = 2
PARAGRAPH_WORDS = 12
MANY_COMMENT_DOMAINS = 20

_WORD = re.compile(r"\w+")
_BLANKS = {code: " " for code in range(128) if not _WORD.match(chr(code))}
_TEMPLATE = frozenset({Position.FOOTER, Position.SIDEBAR, Position.NAV, Position.HEADER})
_JUNK_FLAGS = frozenset({AnchorFlag.TOXIC})
_REPEATABLE = frozenset({AnchorKind.EXACT, AnchorKind.PARTIAL, AnchorKind.OTHER})
# Asking a class for its member costs a function call in Python 3.11.
_TOXIC, _OTHER_LANGUAGE = AnchorFlag.TOXIC, AnchorFlag.OTHER_LANGUAGE
_EXACT = AnchorKind.EXACT
_FOOTER, _COMMENT = Position.FOOTER, Position.COMMENT
_NAMED = frozenset({AnchorKind.BRANDED, AnchorKind.URL})
_KEYWORDS = frozenset({AnchorKind.EXACT, AnchorKind.PARTIAL})
_IN_TEXT = frozenset({Position.CONTENT, Position.UNKNOWN})
_BAD = frozenset({Decision.DISAVOW, Decision.ASK_REMOVAL})


def find(facts: Facts) -> tuple[Finding, ...]:
    """Return every finding, in the order of the published table's families."""
    found: list[Finding] = []
    if facts.last_reasons or facts.verdict is not None:
        found += [finding for rule in _RULES if (finding := rule(facts)) is not None]
    link = facts.link
    if link is not None:
        found += [one for rule in _LINK_RULES if (one := rule(facts, link)) is not None]
    if facts.page is not None:
        found += of_page(facts.page)
    found += of_source(facts.source)
    return tuple(found)


# ---- the link's text ----------------------------------------------------------------------------


def poison_anchor(_: Facts, link: LinkFacts) -> Finding | None:
    if _TOXIC not in link.anchor_flags:
        return None
    text = quote(link.anchor_text)
    return Finding(
        "poison_anchor",
        text,
        "no such word",
        f"The link text is {text}; your site is about something else.",
    )


def exact_overuse(facts: Facts, link: LinkFacts) -> Finding | None:
    """A keyword alone hardly weighs; on a thin page, or one of a network, it is part of a pattern."""
    around = facts.around
    if link.anchor_kind is not _EXACT or around.domains < ENOUGH_DOMAINS:
        return None
    share = around.exact_domains / around.domains
    if share <= EXACT_SHARE:
        text = quote(link.anchor_text)
        why = f"The link text {text} is one of your keywords, word for word."
        return Finding("exact_anchor", text, "another text", why)
    gross = share > EXACT_GROSS_SHARE
    limit = EXACT_GROSS_SHARE if gross else EXACT_SHARE
    return Finding(
        "exact_gross_overuse" if gross else "exact_overuse",
        percent(share),
        f"at most {percent(limit)} of referring domains",
        f"{around.exact_domains} of {around.domains} referring domains link with a target keyword,"
        f" this one with {quote(link.anchor_text)}.",
    )


def network_anchor(facts: Facts, link: LinkFacts) -> Finding | None:
    if link.anchor_kind is not _EXACT or not _in_strong_network(facts):
        return None
    return Finding(
        "network_anchor",
        quote(link.anchor_text),
        "your name or address",
        f"A domain of a network links with your keyword {quote(link.anchor_text)}.",
    )


def _in_strong_network(facts: Facts) -> bool:
    network = facts.source.network
    return (
        network is not None and network.domains >= NETWORK_DOMAINS and network.bits >= STRONG_BITS
    )


def repeated_anchor(facts: Facts, link: LinkFacts) -> Finding | None:
    around = facts.around
    if link.anchor_kind not in _REPEATABLE or around.domains < ENOUGH_DOMAINS:
        return None
    share = around.anchor_domains / around.domains
    if share <= SAME_ANCHOR_SHARE or not link.anchor_text:
        return None
    return Finding(
        "repeated_anchor",
        percent(share),
        f"at most {percent(SAME_ANCHOR_SHARE)} of referring domains",
        f"{around.anchor_domains} referring domains use {quote(link.anchor_text)}.",
    )


def other_language_anchor(_: Facts, link: LinkFacts) -> Finding | None:
    if _OTHER_LANGUAGE not in link.anchor_flags:
        return None
    return Finding(
        "other_language_anchor",
        quote(link.anchor_text),
        "the scripts of your names and keywords",
        f"The link text {quote(link.anchor_text)} is in a script that your site does not use.",
    )


def brand_anchor(_: Facts, link: LinkFacts) -> Finding | None:
    named = link.anchor_kind in _NAMED
    if not named or link.anchor_flags & _JUNK_FLAGS:
        return None
    return Finding(
        "brand_anchor",
        quote(link.anchor_text),
        "your names and addresses",
        f"The link text {quote(link.anchor_text)} is how people link by themselves.",
    )


# ---- the link's place ---------------------------------------------------------------------------


def hidden_link(_: Facts, link: LinkFacts) -> Finding | None:
    if not link.hidden:
        return None
    return Finding(
        "hidden_link",
        "hidden",
        "visible to visitors",
        "The page's styles hide the link from visitors.",
    )


def injected_link(facts: Facts, link: LinkFacts) -> Finding | None:
    """A poisoned text on a page that is not about such things, hidden or outside its content."""
    page = facts.page
    out_of_place = link.hidden or link.position in _TEMPLATE
    if page is None or _TOXIC not in link.anchor_flags or not out_of_place:
        return None
    if page.title_is_toxic or not page.title:
        return None
    return Finding(
        "injected_link",
        quote(link.anchor_text),
        "a text that fits the page",
        f"The page is called {quote(page.title)}; the link {quote(link.anchor_text)} does not"
        " belong to it. The site is probably hacked: its owner is a victim too.",
    )


def sitewide_link(facts: Facts, link: LinkFacts) -> Finding | None:
    links = facts.around.links_of_domain
    if link.position not in _TEMPLATE or links < SITEWIDE_LINKS:
        return None
    return Finding(
        "sitewide_link",
        f"{links} links",
        f"fewer than {SITEWIDE_LINKS} from one domain",
        f"{links} pages of this domain link to you, here from the {link.position.value}.",
    )


def footer_link(_: Facts, link: LinkFacts) -> Finding | None:
    if link.position is not _FOOTER:
        return None
    return Finding("footer_link", "footer", "inside the content", "The link stands in the footer.")


def comment_link(_: Facts, link: LinkFacts) -> Finding | None:
    if link.position is not _COMMENT or link.qualified:
        return None
    return Finding(
        "comment_link",
        "comment, followed",
        "nofollow or ugc in comments",
        "The link stands in a comment, and the page does not mark it as written by a visitor.",
    )


def crowded_comments(facts: Facts, link: LinkFacts) -> Finding | None:
    """Nobody looks after such comments; who links there for people marks it, or is one of few."""
    domains = _domains_beside(facts, link)
    if domains is None:
        return None
    return Finding(
        "crowded_comments",
        f"{domains} domains",
        f"fewer than {MANY_COMMENT_DOMAINS}",
        f"The comments of the page lead to {domains} other domains, and none of these links is marked"
        " as written by a visitor.",
    )


def comment_anchor(facts: Facts, link: LinkFacts) -> Finding | None:
    """Links with keywords in comments are an example of Google's; one alone may be a coincidence."""
    if link.anchor_kind not in _KEYWORDS or _domains_beside(facts, link) is None:
        return None
    text = quote(link.anchor_text)
    return Finding(
        "comment_anchor",
        text,
        "a name or an address",
        f"The comment says {text}, which holds one of your keywords.",
    )


def _domains_beside(facts: Facts, link: LinkFacts) -> int | None:
    """Return how many domains the comments around a followed comment link lead to, if many."""
    if link.position is not _COMMENT or link.qualified or facts.page is None:
        return None
    domains = facts.page.comment_domains
    return domains if domains is not None and domains >= MANY_COMMENT_DOMAINS else None


def many_external_links(facts: Facts, link: LinkFacts) -> Finding | None:
    count = link.outlinks_external if facts.page is None else facts.page.outlinks_external
    if count is None or count <= MANY_OUTLINKS:
        return None
    very = count > VERY_MANY_OUTLINKS
    return Finding(
        "very_many_external_links" if very else "many_external_links",
        f"{count} links",
        f"at most {VERY_MANY_OUTLINKS if very else MANY_OUTLINKS}",
        f"The page links to other sites {count} times.",
    )


def repeated_on_page(_: Facts, link: LinkFacts) -> Finding | None:
    if link.occurrence_count < SAME_LINK_TIMES:
        return None
    return Finding(
        "repeated_on_page",
        f"{link.occurrence_count} times",
        f"fewer than {SAME_LINK_TIMES}",
        f"The page has the same link {link.occurrence_count} times.",
    )


def qualified_link(_: Facts, link: LinkFacts) -> Finding | None:
    if not link.qualified:
        return None
    marks = ", ".join(sorted(link.rel & {"nofollow", "ugc", "sponsored"})) or "the whole page"
    return Finding(
        "qualified_link",
        marks,
        "followed",
        f"Marked as not to be counted ({marks}): it can't harm.",
    )


# ---- how the page behaves, whether the link belongs there ---------------------------------------


def redirect_chain(_: Facts, link: LinkFacts) -> Finding | None:
    count = len(link.redirect_domains)
    if count < CHAIN_DOMAINS:
        return None
    return Finding(
        "redirect_chain",
        f"{count} domains",
        f"fewer than {CHAIN_DOMAINS}",
        f"The way to the page leads through {', '.join(map(shown, link.redirect_domains))}.",
    )


def unique_paragraph(facts: Facts, link: LinkFacts) -> Finding | None:
    """Running text speaks for a link, but not where the owner of a network wrote it.

    On a page that is a list of links the words around a link are the texts of other links.
    """
    in_text = link.position in _IN_TEXT
    junk = link.anchor_flags & _JUNK_FLAGS
    if not in_text or link.hidden or junk or _in_strong_network(facts):
        return None
    if facts.page is not None and (facts.page.anchor_share or 0.0) >= LIST_ANCHOR_SHARE:
        return None
    words = _count_words(link.context)
    if words < PARAGRAPH_WORDS:
        return None
    return Finding(
        "unique_paragraph",
        f"{words} words around it",
        f"at least {PARAGRAPH_WORDS}",
        f"The link stands in running text: {quote(link.context)}.",
    )


def _count_words(text: str) -> int:
    if text.isascii():
        return len(text.translate(_BLANKS).split())
    return len(_WORD.findall(text))


def cloaked(facts: Facts) -> Finding | None:
    if Reason.CLOAKED not in facts.last_reasons:
        return None
    return Finding(
        "cloaked", "two versions", "one", "Robots and visitors are shown different pages."
    )


def parked(facts: Facts) -> Finding | None:
    if Reason.PARKED not in facts.last_reasons:
        return None
    return Finding(
        "parked",
        "parked",
        "a page of its own",
        "The domain shows a parking page with advertisements.",
    )


def page_blocked(facts: Facts) -> Finding | None:
    if not facts.last_reasons & NOT_OBSERVED:
        return None
    return Finding(
        "page_blocked",
        "could not look",
        "seen",
        "At the last try we could not look at the page. That says nothing about it.",
    )


# ---- what people decided ------------------------------------------------------------------------


def domain_kept(facts: Facts) -> Finding | None:
    verdict = facts.verdict
    if verdict is None or verdict.decision is not Decision.KEEP:
        return None
    what = "domain" if verdict.whole_domain else "link"
    return Finding(
        "domain_kept",
        "kept",
        "no decision",
        f"The {what} was kept on {verdict.decided_on:%d %b %Y}.",
    )


def domain_condemned(facts: Facts) -> Finding | None:
    verdict = facts.verdict
    if verdict is None or not verdict.whole_domain or verdict.decision not in _BAD:
        return None
    return Finding(
        "domain_condemned",
        "judged bad",
        "no decision",
        f"Your team judged this domain on {verdict.decided_on:%d %b %Y}.",
    )


_RULES: tuple[Callable[[Facts], Finding | None], ...] = (
    parked,
    cloaked,
    page_blocked,
    domain_kept,
    domain_condemned,
)
_LINK_RULES: tuple[Callable[[Facts, LinkFacts], Finding | None], ...] = (
    poison_anchor,
    exact_overuse,
    network_anchor,
    comment_anchor,
    repeated_anchor,
    other_language_anchor,
    brand_anchor,
    hidden_link,
    injected_link,
    sitewide_link,
    footer_link,
    comment_link,
    crowded_comments,
    many_external_links,
    repeated_on_page,
    qualified_link,
    redirect_chain,
    unique_paragraph,
)

"""Evidence in the page's content: what it is made of, what it hides, what it speaks of."""

from collections.abc import Callable

from services.toxicity.domain.facts import PageView
from services.toxicity.domain.finding import Finding, percent, quote

LIST_ANCHOR_SHARE = 0.60
LIST_OUTLINKS = 30
BARE_ANCHOR_SHARE = 0.85
THIN_WORDS = 100
THIN_OUTLINKS = 20
REPETITIVE_RATIO = 10.0  # of the markup, whose tags alone make it shrink four to six times
REPETITIVE_CHARS = 2_000
MANY_HIDDEN = 30  # menus hide a few of their own links on most sites
REAL_WORDS = 300
REAL_ANCHOR_SHARE = 0.30
MANY_ADS = 4
WORDS_PER_AD = 100
HIDDEN_SHARE = 0.30
HIDDEN_CHARS = 600
STUFFED_SHARE = 0.12
SPAM_WORDS = 8
SOME_SPAM_WORDS = 3
SPAM_SHARE = 0.03


def of_page(page: PageView) -> list[Finding]:
    """Return what speaks for or against the page."""
    return [finding for rule in _PAGE_RULES if (finding := rule(page)) is not None]


def link_list(page: PageView) -> Finding | None:
    share = page.anchor_share
    if share is None or share < LIST_ANCHOR_SHARE or page.outlinks_external < LIST_OUTLINKS:
        return None
    bare = share >= BARE_ANCHOR_SHARE
    return Finding(
        "bare_link_list" if bare else "link_list",
        percent(share),
        f"less than {percent(BARE_ANCHOR_SHARE if bare else LIST_ANCHOR_SHARE)}",
        f"{percent(share)} of the visible text is link text, to {page.outlinks_external} outside addresses.",
    )


def thin_page(page: PageView) -> Finding | None:
    if page.word_count >= THIN_WORDS or page.outlinks_external < THIN_OUTLINKS:
        return None
    return Finding(
        "thin_page",
        f"{page.word_count} words",
        f"at least {THIN_WORDS} on a page with {THIN_OUTLINKS} or more outside links",
        f"The page has {page.word_count} words and links to other sites {page.outlinks_external} times.",
    )


def repetitive_page(page: PageView) -> Finding | None:
    ratio = page.compression_ratio
    if ratio is None or ratio < REPETITIVE_RATIO or page.visible_chars < REPETITIVE_CHARS:
        return None
    return Finding(
        "repetitive_page",
        f"{ratio:.1f}",
        f"below {REPETITIVE_RATIO:.1f}",
        f"Packed, the page shrinks to one part in {ratio:.1f}: it repeats itself.",
    )


def poison_title(page: PageView) -> Finding | None:
    if not page.title_is_toxic:
        return None
    return Finding(
        "poison_title",
        quote(page.title),
        "no such word",
        f"The page is called {quote(page.title)}.",
    )


def hidden_links_on_page(page: PageView) -> Finding | None:
    if page.hidden_links < MANY_HIDDEN or page.outlinks_external < MANY_HIDDEN:
        return None
    return Finding(
        "hidden_links_on_page",
        f"{page.hidden_links} links",
        f"fewer than {MANY_HIDDEN}",
        f"The page hides {page.hidden_links} links from visitors.",
    )


def injected_block(page: PageView) -> Finding | None:
    if not page.injected_blocks:
        return None
    return Finding(
        "injected_block",
        f"{page.injected_blocks} hidden boxes",
        "none",
        "A box that visitors can't see leads to several other sites or speaks of spam."
        " The site is probably hacked.",
    )


def hidden_text(page: PageView) -> Finding | None:
    share = page.hidden_chars / page.visible_chars if page.visible_chars else 0.0
    if share < HIDDEN_SHARE or page.hidden_chars < HIDDEN_CHARS or page.outlinks_external < 3:
        return None
    return Finding(
        "hidden_text",
        percent(share),
        f"less than {percent(HIDDEN_SHARE)}",
        f"The page's styles hide {percent(share)} of its text from visitors.",
    )


def stuffed_page(page: PageView) -> Finding | None:
    share = page.top_word_share
    if share is None or share < STUFFED_SHARE:
        return None
    return Finding(
        "stuffed_page",
        percent(share),
        f"less than {percent(STUFFED_SHARE)}",
        f"One word makes {percent(share)} of the page's words.",
    )


def spam_text(page: PageView) -> Finding | None:
    if page.spam_words < SOME_SPAM_WORDS:
        return None
    full = page.spam_words >= max(SPAM_WORDS, SPAM_SHARE * page.word_count)
    return Finding(
        "spam_text" if full else "some_spam_text",
        f"{page.spam_words} words",
        f"fewer than {SPAM_WORDS}, or than {percent(SPAM_SHARE)} of its words"
        if full
        else f"fewer than {SOME_SPAM_WORDS}",
        f"{page.spam_words} of the page's words are words of adult, gambling, pharmacy or scam pages.",
    )


def many_ads(page: PageView) -> Finding | None:
    if page.ad_scripts < MANY_ADS or page.word_count > WORDS_PER_AD * page.ad_scripts:
        return None
    return Finding(
        "many_ads",
        f"{page.ad_scripts} advertisements",
        f"fewer than {MANY_ADS}, or {WORDS_PER_AD} words for each",
        f"{page.ad_scripts} advertisements stand around {page.word_count} words.",
    )


def contact_present(page: PageView) -> Finding | None:
    if not page.has_contact:
        return None
    return Finding("contact_present", "found", "none", "The page says how to reach its owner.")


def legal_present(page: PageView) -> Finding | None:
    if not page.has_legal:
        return None
    return Finding(
        "legal_present", "found", "none", "The page leads to an imprint or privacy page."
    )


def real_text(page: PageView) -> Finding | None:
    share = page.anchor_share
    if page.word_count < REAL_WORDS or share is None or share > REAL_ANCHOR_SHARE:
        return None
    return Finding(
        "real_text",
        f"{page.word_count} words",
        f"at least {REAL_WORDS}, at most {percent(REAL_ANCHOR_SHARE)} of it link text",
        f"The page has {page.word_count} words; {percent(share)} of its text is link text.",
    )


_PAGE_RULES: tuple[Callable[[PageView], Finding | None], ...] = (
    link_list,
    thin_page,
    repetitive_page,
    poison_title,
    hidden_links_on_page,
    injected_block,
    hidden_text,
    stuffed_page,
    spam_text,
    many_ads,
    contact_present,
    legal_present,
    real_text,
)

"""Cases of the link itself: gone, hidden, elsewhere on the page, other words, other marks."""

from shared.vocabulary import Reason
from tests.crawler.reasons.case import BARE, LINK, LINKED, SHOP, TARGET, TEXT, Case, article, case
from tests.web import page

OTHER = f"http://{SHOP}/sails"
PICTURE = f'<a href="{TARGET}"><img src=a.png alt="A rope"></a>'
TWICE = LINKED + f'<footer><a href="{TARGET}">the Shop</a></footer>'


def marked(rel: str) -> str:
    return article(f'<p>All from <a href="{TARGET}" rel="{rel}">the Shop</a>.</p>')


def linking(href: str, text: str = "the Shop") -> str:
    return article(f'<p>All from <a href="{href}">{text}</a>.</p>')


LINK_CASES = (
    case("link_removed", Reason.LINK_REMOVED, "lost", Reason.LINK_REMOVED, then=BARE),
    case("not_link_removed", Reason.LINK_REMOVED, "live",
         then=linking(f"https://www.{SHOP.upper()}:443/ropes/?utm_source=x#top")),
    case("link_hidden_css", Reason.LINK_HIDDEN_CSS, "changed", Reason.LINK_HIDDEN_CSS,
         then=article(f'<p style="display: none">All from {LINK}.</p>')),
    case("not_link_hidden_css", Reason.LINK_HIDDEN_CSS, "live",
         then=article(f'<p style="display: none">{LINK}</p><p>All from {LINK}.</p>')),
    case("link_in_comment", Reason.LINK_IN_COMMENT, "lost", Reason.LINK_IN_COMMENT,
         then=article(f"<!-- <p>All from {LINK}.</p> -->")),
    case("not_link_in_comment", Reason.LINK_IN_COMMENT, "lost", Reason.LINK_REMOVED,
         then=article(f'<!-- <a href="http://{SHOP}.else.example/">x</a> -->')),
    case("link_in_noscript", Reason.LINK_IN_NOSCRIPT, "changed", Reason.LINK_IN_NOSCRIPT,
         then=article(f"<noscript><p>All from {LINK}.</p></noscript>")),
    case("not_link_in_noscript", Reason.LINK_IN_NOSCRIPT, "live",
         then=article(f"<noscript><p>Hello.</p></noscript><p>All from {LINK}.</p>")),
    case("link_in_iframe", Reason.LINK_IN_IFRAME, "changed", Reason.LINK_IN_IFRAME,
         then=article(f"<iframe srcdoc='<p>All from {LINK}.</p>'></iframe>")),
    case("not_link_in_iframe", Reason.LINK_IN_IFRAME, "live",
         then=article(f"<iframe srcdoc='<p>Hello.</p>'></iframe><p>All from {LINK}.</p>")),
    case("moved_on_page", Reason.MOVED_ON_PAGE, "changed", Reason.MOVED_ON_PAGE,
         then=article("") + f"<footer>All from {LINK}.</footer>"),
    case("not_moved_on_page", Reason.MOVED_ON_PAGE, "live",
         then=article(f"<h2>Where from?</h2><ul><li><p>{LINK}</p></ul>{TEXT}")),
    case("duplicate_only", Reason.DUPLICATE_ONLY, "changed", Reason.DUPLICATE_ONLY,
         at_first=TWICE, then=TWICE.replace(f"<p>All from {LINK}.</p>", "")),
    case("not_duplicate_only", Reason.DUPLICATE_ONLY, "changed", Reason.MOVED_ON_PAGE,
         at_first=LINKED, then=TWICE.replace(f"<p>All from {LINK}.</p>", "")),
    case("not_changed_by_a_copy", Reason.ANCHOR_CHANGED, "live",
         then=article(f'<p><a href="{TARGET}">Our guide</a></p><p>All from {LINK}.</p>')),
    case("mention_only", Reason.MENTION_ONLY, "lost", Reason.MENTION_ONLY,
         then=article(f"<p>All from {SHOP}, where else.</p>")),
    case("not_mention_only", Reason.MENTION_ONLY, "lost", Reason.LINK_REMOVED,
         then=article(f"<p>All from my-{SHOP} and {SHOP}.else.example.</p>")),
    case("listing_churn", Reason.LISTING_CHURN, "lost", Reason.LISTING_CHURN, Reason.LINK_REMOVED,
         path="/tag/ropes", then=BARE),
    case("not_listing_churn", Reason.LISTING_CHURN, "lost", Reason.LINK_REMOVED,
         path="/2026/11/how-to-write-tag-pages", then=BARE),
    case("not_listing_churn_of_a_list_that_broke", Reason.LISTING_CHURN, "lost", Reason.PAGE_404,
         path="/author/ann/page/2", then=page("<h1>Sorry</h1>", status=404)),
    case("not_listing_churn_of_a_list_that_lists", Reason.LISTING_CHURN, "live",
         path="/blog?page=2", then=article(f"<ul><li>New<li><p>All from {LINK}.</p></ul>")),
    case("js_only", Reason.JS_ONLY, "unknown", Reason.JS_ONLY,
         then=article(f'<p id=x></p><script>x.innerHTML = "<a href={TARGET}>the Shop</a>"</script>')),
    case("not_js_only", Reason.JS_ONLY, "lost", Reason.LINK_REMOVED,
         then=article(f'<script type="application/ld+json">{{"url": "{TARGET}"}}</script>')),
)  # fmt: skip

REL_CASES = (
    case("nofollow_added", Reason.NOFOLLOW_ADDED, "changed", Reason.NOFOLLOW_ADDED, then=marked("nofollow")),
    case("not_nofollow_added", Reason.NOFOLLOW_ADDED, "live", then=marked("noopener noreferrer follow")),
    case("sponsored_added", Reason.SPONSORED_ADDED, "changed", Reason.SPONSORED_ADDED,
         then=marked("Sponsored noopener")),
    case("not_sponsored_added", Reason.SPONSORED_ADDED, "live", at_first=marked("sponsored"),
         then=marked("noopener SPONSORED")),
    case("ugc_added", Reason.UGC_ADDED, "changed", Reason.UGC_ADDED, then=marked("ugc")),
    case("not_ugc_added", Reason.UGC_ADDED, "changed", Reason.NOFOLLOW_ADDED, at_first=marked("ugc"),
         then=marked("ugc nofollow")),
    case("rel_restored", Reason.REL_RESTORED, "changed", Reason.REL_RESTORED, at_first=marked("nofollow"),
         then=LINKED),
    case("not_rel_restored", Reason.REL_RESTORED, "live", at_first=marked("nofollow noopener"),
         then=marked("nofollow")),
    case("page_nofollow_meta", Reason.PAGE_NOFOLLOW_META, "changed", Reason.PAGE_NOFOLLOW_META,
         then=article(head="<title>Ropes</title><meta name=robots content='index, nofollow'>",
                      body=f"<p>All from {LINK}.</p>")),
    case("not_page_nofollow_meta", Reason.PAGE_NOFOLLOW_META, "live",
         then=article(head="<title>Ropes</title><meta name=bingbot content='nofollow'>",
                      body=f"<p>All from {LINK}.</p>")),
    case("page_nofollow_header", Reason.PAGE_NOFOLLOW_HEADER, "changed", Reason.PAGE_NOFOLLOW_HEADER,
         then=page(LINKED, X_Robots_Tag="googlebot: nofollow")),
    case("not_page_nofollow_header", Reason.PAGE_NOFOLLOW_HEADER, "live",
         then=page(LINKED, X_Robots_Tag="otherbot: nofollow, noindex")),
)  # fmt: skip

ANCHOR_CASES = (
    case("anchor_changed", Reason.ANCHOR_CHANGED, "changed", Reason.ANCHOR_CHANGED,
         then=linking(TARGET, "click here")),
    case("not_anchor_changed", Reason.ANCHOR_CHANGED, "live",
         then=linking(TARGET, "<b>The</b>&nbsp;\n  SHOP")),
    case("anchor_empty", Reason.ANCHOR_EMPTY, "changed", Reason.ANCHOR_EMPTY, then=linking(TARGET, "")),
    case("not_anchor_empty", Reason.ANCHOR_EMPTY, "changed", Reason.ANCHOR_CHANGED,
         then=linking(TARGET, "<img src=a.png alt='A rope'>")),
    case("alt_changed", Reason.ALT_CHANGED, "changed", Reason.ALT_CHANGED, at_first=article(PICTURE),
         then=article(PICTURE.replace("A rope", "A sail"))),
    case("not_alt_changed", Reason.ALT_CHANGED, "live", at_first=article(PICTURE),
         then=article(PICTURE.replace("a.png", "b.png width=90"))),
)  # fmt: skip

TARGET_CASES = (
    case(
        "target_changed",
        Reason.TARGET_CHANGED,
        "changed",
        Reason.TARGET_CHANGED,
        then=linking(OTHER),
    ),
    case(
        "not_target_changed",
        Reason.TARGET_CHANGED,
        "live",
        then=linking(f"{TARGET}?utm_medium=mail"),
    ),
    case(
        "target_changed_on_a_list",
        Reason.TARGET_CHANGED,
        "changed",
        Reason.TARGET_CHANGED,
        path="/tag/ropes",
        then=linking(OTHER),
    ),
)

ON_THE_PAGE: tuple[Case, ...] = (*LINK_CASES, *REL_CASES, *ANCHOR_CASES, *TARGET_CASES)

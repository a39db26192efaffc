"""The words for every reason: a short label, one sentence, and what to do about it."""

from dataclasses import dataclass

from shared.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class Words:
    """What people read in place of a code."""

    label: str
    sentence: str
    todo: str


NOTHING_TO_DO = "Nothing to do."
_ASK_BACK = "Write to the site and ask for the link back."
_LOOKS_AGAIN = "Nothing to do: we look again by ourselves."
_OPEN_PAGE = "Open the page in your browser to see what visitors see."

_LINK = {
    Reason.LINK_REMOVED: Words(
        "Link not on the page", "The page is there, but it holds no link to you.", _ASK_BACK
    ),
    Reason.LINK_HIDDEN_CSS: Words(
        "Link hidden",
        "The link is in the page, but its style keeps visitors from seeing it.",
        "Ask the site to make it visible: hidden links can count against both sides.",
    ),
    Reason.LINK_IN_COMMENT: Words(
        "Link commented out",
        "The link stands only in a comment of the page's code, so nobody sees it.",
        "Ask the site to put the link back into the text.",
    ),
    Reason.LINK_IN_NOSCRIPT: Words(
        "Only without scripts",
        "The link is shown only in browsers that run no scripts.",
        "Ask the site to put the link into the normal text.",
    ),
    Reason.LINK_IN_IFRAME: Words(
        "In an embedded frame",
        "The link stands in a frame that belongs to another page.",
        "Ask for a link in the page itself if you agreed on one.",
    ),
    Reason.JS_ONLY: Words(
        "Made by scripts",
        "The page builds this part with scripts: search engines see it late or never, and we see it "
        "only where pages are rendered.",
        "Ask for a link in the page's own text if it matters.",
    ),
    Reason.RAW_ONLY: Words(
        "Removed by scripts",
        "The link is in the page's code, but scripts take it away before visitors see it.",
        "Show the site what happens and ask for a link that stays.",
    ),
    Reason.MOVED_ON_PAGE: Words(
        "Moved on the page",
        "The link now stands in another part of the page.",
        "Have a look whether the new place is fine with you, then acknowledge it.",
    ),
    Reason.DUPLICATE_ONLY: Words(
        "Only a copy left",
        "The link you had is gone, but another link to the same page of yours is still there.",
        "Check that the one that is left is the one you want, then acknowledge it.",
    ),
    Reason.MENTION_ONLY: Words(
        "Mentioned, not linked",
        "The page names you, but without a link.",
        "A short friendly mail often turns a mention back into a link.",
    ),
    Reason.LISTING_CHURN: Words(
        "Moved off a list",
        "By its address the page is a list that moves on: links on it come and go with new entries.",
        "Look for the entry's own page, where the link mostly lives on, and watch that one instead.",
    ),
}
_REL = {
    Reason.NOFOLLOW_ADDED: Words(
        "Now nofollow",
        "The site has marked the link as nofollow, so it may pass no weight in search.",
        "If you agreed on a followed link, write to the site; otherwise acknowledge it.",
    ),
    Reason.SPONSORED_ADDED: Words(
        "Now sponsored",
        "The site has marked the link as paid.",
        "That is right for a paid link: acknowledge it. If it was not paid, tell the site.",
    ),
    Reason.UGC_ADDED: Words(
        "Now user content",
        "The site has marked the link as written by its users.",
        "If editors set the link, ask them to mark it so; otherwise acknowledge it.",
    ),
    Reason.REL_RESTORED: Words(
        "Followed again",
        "The site has taken away the mark that kept the link from counting.",
        NOTHING_TO_DO,
    ),
    Reason.PAGE_NOFOLLOW_META: Words(
        "Whole page nofollow",
        "The page tells search engines, in its head, to follow none of its links.",
        "Ask the site whether that is meant; often it is a setting by mistake.",
    ),
    Reason.PAGE_NOFOLLOW_HEADER: Words(
        "Whole page nofollow",
        "The server tells search engines, in its answer, to follow no link of this page.",
        "Ask the site whether that is meant; often it is a setting by mistake.",
    ),
}
_ANCHOR = {
    Reason.ANCHOR_CHANGED: Words(
        "Anchor edited",
        "The text of the link is another than before.",
        "If the new text is fine, acknowledge it; otherwise ask the site for the old one.",
    ),
    Reason.ANCHOR_EMPTY: Words(
        "No anchor text",
        "The link has no text that visitors or search engines could read.",
        "Ask the site to link a word or name.",
    ),
    Reason.ALT_CHANGED: Words(
        "Picture text edited",
        "The link is a picture, and its describing text is another than before.",
        "If the new text is fine, acknowledge it.",
    ),
}
_TARGET = {
    Reason.TARGET_CHANGED: Words(
        "Points elsewhere",
        "The link now points to another page than before.",
        "If the new page is fine, acknowledge it; otherwise send the site the right address.",
    ),
    Reason.WRONG_LANDING_PAGE: Words(
        "Wrong page of yours",
        "The link points to another page of your site than agreed.",
        "Send the site the right address.",
    ),
    Reason.TARGET_ERROR: Words(
        "Your page has an error",
        "The link is there, but your page behind it answers with an error.",
        "Repair your page or redirect its address to the one that replaced it.",
    ),
    Reason.TARGET_REDIRECTS: Words(
        "Your page redirects",
        "The link reaches you through a redirect.",
        "Nothing urgent: the redirect carries the link. Keep it in place.",
    ),
    Reason.TARGET_SOFT_404: Words(
        "Your page looks empty",
        "Your page behind the link answers as if it were fine, but reads like a “not found” page.",
        "Restore the page or redirect its address to the one that replaced it.",
    ),
    Reason.REDIRECT_CHAIN_BROKEN: Words(
        "Redirect broken",
        "The link reached you through redirects, and one of them no longer works.",
        "Repair the redirect if it is yours; otherwise send the site your direct address.",
    ),
}
_PAGE = {
    Reason.PAGE_404: Words(
        "Page not found",
        "The site says that there is no such page (404).",
        "Ask the site whether the page has moved, and for the link on its new place.",
    ),
    Reason.PAGE_410: Words(
        "Page deleted",
        "The site says that the page has been deleted for good (410).",
        "Ask the site for a link on another page.",
    ),
    Reason.PAGE_5XX: Words(
        "the site has an error", "The site's server has an error.", _LOOKS_AGAIN
    ),
    Reason.PAGE_REDIRECTED: Words(
        "Page redirects",
        "The page sends its visitors to another page.",
        "Open the new page; if the link is missing there, write to the site.",
    ),
    Reason.SOFT_404: Words(
        "Page emptied",
        "The page answers as if it were fine, but reads like a “not found” page.",
        _OPEN_PAGE,
    ),
    Reason.PARKED: Words(
        "Domain parked",
        "The domain shows advertisements or is for sale.",
        "Look for a new home of the article; the old one is not coming back by itself.",
    ),
    Reason.NOT_HTML: Words(
        "Not a web page",
        "The address holds a file and no web page.",
        "Check that the address is right.",
    ),
    Reason.NOINDEX_META: Words(
        "Set to noindex",
        "The page asks search engines, in its head, not to list it, so the link does not count.",
        "Ask the site whether that is meant; often it is a setting by mistake.",
    ),
    Reason.NOINDEX_HEADER: Words(
        "Set to noindex",
        "The server asks search engines not to list the page, so the link does not count.",
        "Ask the site whether that is meant; often it is a setting by mistake.",
    ),
    Reason.NOT_CANONICAL: Words(
        "Not the main version",
        "The page names another page of its site as the main version; the link counts only there.",
        "Check that the main version carries the link as well.",
    ),
    Reason.CANONICAL_CROSS_DOMAIN: Words(
        "Main version elsewhere",
        "The page names a page of another site as the main version; the link counts only there.",
        "Check that the other site carries the link as well.",
    ),
    Reason.ROBOTS_DISALLOWS_US: Words(
        "the site asks robots to stay away",
        "The site's robots file asks us not to read this page, and we keep to it.",
        "Open the page yourself, or ask the site to let our robot in.",
    ),
    Reason.OPTED_OUT: Words(
        "the site asked us to stay away",
        "The owner of this site, or whoever runs this Anchorwatch, asked that it is never fetched.",
        "Open the page yourself; the last thing we saw stays beside it.",
    ),
    Reason.ROBOTS_DISALLOWS_GOOGLE: Words(
        "Closed to Google",
        "The site's robots file keeps Google from reading this page, so the link does not count.",
        "Ask the site whether that is meant; often it is a setting by mistake.",
    ),
    Reason.LOGIN_WALL: Words(
        "the page needs a login",
        "The page is shown only to people who are signed in.",
        "Sign in and look yourself, or ask the site for a public page.",
    ),
    Reason.TOO_LARGE: Words(
        "the page is too large", "The page is larger than we read.", _OPEN_PAGE
    ),
    Reason.UNDECODABLE: Words(
        "the page cannot be read", "What the server sends cannot be read as a page.", _OPEN_PAGE
    ),
    Reason.REDIRECT_LOOP: Words(
        "the page redirects in a circle",
        "The page sends visitors round in a circle and never arrives.",
        "If it lasts, tell the site; visitors cannot reach the page either.",
    ),
}
_TRANSPORT = {
    Reason.DNS_GONE: Words(
        "Domain no longer exists",
        "Nobody answers for this domain any more: its name is not registered or not set up.",
        "Look for a new address of the site; if there is none, the link is gone with it.",
    ),
    Reason.TLS_ERROR: Words(
        "the site's certificate is faulty",
        "The site's security certificate is expired or wrong, so we did not read the page.",
        "Nothing to do at first; if it lasts, tell the site, as visitors are warned as well.",
    ),
    Reason.UNREACHABLE: Words(
        "the site does not answer", "The site does not answer.", _LOOKS_AGAIN
    ),
    Reason.TIMEOUT: Words(
        "the site is too slow", "The site took too long to answer.", _LOOKS_AGAIN
    ),
    Reason.BLOCKED_BY_WALL: Words(
        "the site stops robots",
        "The site lets people in and stops robots, so we could not look.",
        "Open the page in your browser; if you see the link, all is well.",
    ),
    Reason.RATE_LIMITED: Words(
        "the site asks us to slow down",
        "The site asks for fewer visits, so we come back later.",
        _LOOKS_AGAIN,
    ),
    Reason.ADDRESS_NOT_ALLOWED: Words(
        "the address is private",
        "The address leads into a private network, where we do not look.",
        "Check that the address of the page is right.",
    ),
}
_CONTRACT = {
    Reason.POSITION_WORSE: Words(
        "Worse place than agreed",
        "The link stands in a worse place of the page than agreed.",
        "Ask for the agreed place.",
    ),
    Reason.SITEWIDE: Words(
        "On many pages",
        "The link stands on many pages of the site instead of the one agreed.",
        "Ask the site to keep it only on the agreed page.",
    ),
    Reason.OUTLINKS_EXCESS: Words(
        "More links than agreed",
        "The page links to more other sites than agreed.",
        "Ask the site to keep to the agreed number.",
    ),
    Reason.CLOAKED: Words(
        "Shown to some only",
        "The site shows the link to some visitors and not to others.",
        "Keep the proof from the timeline and ask the site to explain.",
    ),
}

REASON_WORDS: dict[Reason, Words] = {
    **_LINK,
    **_REL,
    **_ANCHOR,
    **_TARGET,
    **_PAGE,
    **_TRANSPORT,
    **_CONTRACT,
}

# The same reasons where a link is held against what was agreed, which may never have been otherwise.
BREACH_WORDS: dict[Reason, Words] = REASON_WORDS | {
    Reason.ANCHOR_CHANGED: Words(
        "Not the agreed text",
        "The text of the link is another than agreed.",
        "Send the site the agreed text, or change what was agreed.",
    ),
    Reason.REL_RESTORED: Words(
        "Agreed mark is missing",
        "The link was to be marked for search engines, and is not.",
        "Ask the site to mark it as agreed: a paid link without a mark breaks Google's rules.",
    ),
    Reason.NOFOLLOW_ADDED: Words(
        "Nofollow",
        "The link is marked as nofollow, which was not agreed.",
        "Ask the site to take the mark away, or change what was agreed.",
    ),
    Reason.SPONSORED_ADDED: Words(
        "Sponsored",
        "The link is marked as paid, which was not agreed.",
        "That is right for a paid link: then change what was agreed. Otherwise tell the site.",
    ),
    Reason.UGC_ADDED: Words(
        "User content",
        "The link is marked as written by users, which was not agreed.",
        "Ask the site to take the mark away, or change what was agreed.",
    ),
}

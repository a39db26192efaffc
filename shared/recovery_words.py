"""Words for what may be won back and for where dead pages should lead."""

from shared.words import Words

_ACTIONS = {
    "ask": Words("Ask for it", "The page is there without the link.", "Send the draft."),
    "redirect": Words(
        "Redirect", "Your own page does not answer.", "Lead its address to one that does."
    ),
    "fix_typo": Words(
        "Fix a typo",
        "The link has a wrong letter or two.",
        "Send the draft, and redirect meanwhile.",
    ),
    "replace": Words(
        "Find a new place",
        "The page that linked is gone.",
        "Ask where its text went, or look elsewhere.",
    ),
}
_STATES = {
    "open": Words("Open", "Nobody was asked yet.", ""),
    "asked": Words("Asked", "Somebody was asked for it.", ""),
    "won_back": Words("Won back", "It is there again.", ""),
    "dismissed": Words("Dismissed", "Somebody decided to let it go.", ""),
}
_REDIRECTS = {
    "redirect": Words("Redirect", "One live page fits.", "Lead the address there (301)."),
    "suggest": Words("Choose", "More than one page may fit.", "Choose one of them."),
    "gone": Words("Gone", "Nothing on your site fits.", "Answer 410 Gone, not the home page."),
    "alive": Words("Alive", "This address answers.", ""),
}


def recovery_action(code: str) -> Words:
    """Return the words for what to do about a loss."""
    return _ACTIONS[code]


def recovery_state(code: str) -> Words:
    """Return the words for how far it is."""
    return _STATES[code]


def redirect_action(code: str) -> Words:
    """Return the words for what to do about a dead address."""
    return _REDIRECTS[code]


def beside(domain: str, pages: int) -> str:
    """Say what is left of a domain whose link is gone."""
    if pages == 0:
        return f"No other page of {domain} links to you."
    plural = "page" if pages == 1 else "pages"
    return f"{domain} still links to you from {pages} other {plural}."

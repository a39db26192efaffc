"""How many of the domains that link to a site it links back to: the sentence that says it; pure."""

MOST_DOMAINS = 500
"""Domains that a site is known to link to, as far as one answer goes."""

CLAUSE = (
    "Google's spam policies name excessive link exchanges (\u201cLink to me and I'll link to you\u201d) and partner"
    " pages only for cross-linking as link spam. Some links in return are usual; nobody names a share from"
    " which they are too many."
)
_LITTLE = "Of your other pages it is not known to whom they link, so there may be more."


def sentence(*, reciprocal: int, live: int, home_was_read: bool) -> str:
    """Say which share of the live referring domains is linked back, as far as it was seen."""
    if not live:
        return f"No domain is known to link to you now, so there is no share to name. {_LITTLE}"
    domains = f"{reciprocal} of 1 domain" if live == 1 else f"{reciprocal:,} of {live:,} domains"
    seen = "by the obligations written down here"
    if home_was_read:
        seen = f"{seen} and the links on your home page"
    return (
        f"{domains} linking to you now ({_percent(reciprocal, live)}) are known to be linked back, {seen}."
        f" {_LITTLE}"
    )


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole
    return "less than 1 %" if 0 < share < 1 else f"{share:.0f} %"

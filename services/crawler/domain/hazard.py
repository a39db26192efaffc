"""How likely a link goes: what is known of links like it, of its host, and of its own page."""

import math
from typing import NamedTuple

from services.crawler.domain.page_kind import PageKind
from shared.vocabulary import Position

# 8 % of one-year-old pages are gone and 38 % after ten years (Pew 2024): a Weibull curve through
# both, along which the losses a day fall with age.
_FIRST_YEAR = 0.083
_SHAPE = 0.757
_YEAR_DAYS = 365.0

# Our judgement, and only where a page begins: hosts and pages soon speak for themselves.
_BY_KIND = {
    PageKind.LISTING: 4.0,
    PageKind.HOME: 2.0,
    PageKind.FORUM: 1.0,
    PageKind.DIRECTORY: 0.7,
    PageKind.ARTICLE: 1.0,
}
_BY_POSITION = {
    Position.NAV: 1.5,
    Position.HEADER: 1.5,
    Position.FOOTER: 1.5,
    Position.SIDEBAR: 2.0,
    Position.COMMENT: 1.5,
}
_UGC = 1.3

# How many expected losses the belief of the class weighs: hosts differ more than pages of one.
_HOST_SHAPE = 0.5
_PAGE_SHAPE = 1.0


class History(NamedTuple):
    """What our own looks saw: links that went, and how many were to be expected to go."""

    losses: float = 0.0
    expected: float = 0.0

    def with_more(self, more: "History") -> "History":
        """Return both together."""
        return History(self.losses + more.losses, self.expected + more.expected)


NOTHING = History()


def prior_of(
    *, age_days: float, kind: PageKind, position: Position, rel: tuple[str, ...] = ()
) -> float:
    """Return the losses a day of links of this class."""
    years = max(1.0, age_days) / _YEAR_DAYS
    by_age = _FIRST_YEAR / _YEAR_DAYS * _SHAPE * math.pow(years, _SHAPE - 1)
    by_rel = _UGC if "ugc" in rel else 1.0
    return by_age * _BY_KIND[kind] * _BY_POSITION.get(position, 1.0) * by_rel


def hazard_of(prior: float, *, host: History, page: History) -> float:
    """Return the losses a day to be expected: the class's, corrected by host, then by page.

    Both corrections are means of Gamma-Poisson posteriors: without history they are 1.
    """
    by_host = (_HOST_SHAPE + host.losses) / (_HOST_SHAPE + host.expected)
    by_page = (_PAGE_SHAPE + page.losses) / (_PAGE_SHAPE + page.expected * by_host)
    return prior * by_host * by_page

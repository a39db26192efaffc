"""Reads what was fetched; a page that trips the reader is a reason, never an exception."""

from services.crawler.domain import page as pages
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.look import is_html
from services.crawler.domain.page import Page
from services.crawler.domain.sites import Sites
from shared.log import get_logger
from shared.vocabulary import Reason

log = get_logger(__name__)

# A tree costs about 150 bytes for each tag: this bounds what a page of nothing but tags can take.
MAX_TAGS = 300_000


def read_page(fetched: Fetched, sites: Sites | None) -> tuple[Page | None, Fetched]:
    """Return the page with its links to `sites`, and the fetch with what went wrong in reading.

    None as `sites` stands for the whole web: every link is kept.
    """
    if fetched.failure not in {None, Reason.TOO_LARGE} or not is_html(fetched):
        return None, fetched
    if fetched.body.count(b"<") > MAX_TAGS:
        return None, fetched._replace(failure=Reason.TOO_LARGE)
    # The first of equal names wins, as in Fetched.header.
    headers = dict(reversed(fetched.headers))
    try:
        page = pages.read(
            fetched.body, fetched.final_url, headers, wanted=sites.wanted if sites else None
        )
    except Exception:  # because one page that trips the reader must not stop all others
        log.exception("page could not be read", url=fetched.final_url)
        return None, fetched._replace(failure=Reason.UNDECODABLE)
    return page, fetched

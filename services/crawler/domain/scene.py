"""One fetch and the page that it brought, as the rules that judge it look at them."""

from dataclasses import dataclass
from functools import cached_property

from services.crawler.domain.fetched import Fetched
from services.crawler.domain.page import Page
from services.crawler.domain.sibling import Sibling
from shared import urls


@dataclass(frozen=True)
class Scene:
    """One fetch and what it showed; its text is read only when a rule asks for it.

    `sibling` is how the host answers for a page that cannot exist, if that is known.
    """

    fetched: Fetched
    page: Page | None
    sibling: Sibling | None = None

    @property
    def status(self) -> int:
        return self.fetched.status or 0

    @cached_property
    def text(self) -> str:
        return self.page.body.text if self.page is not None else ""

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """Return title and first heading, where a page says what it is."""
        if self.page is None:
            return ()
        heading = self.page.document.css_first("h1")
        title = self.page.title or ""
        return (title, heading.text()[:512].strip()) if heading is not None else (title,)

    @property
    def headline(self) -> str:
        return " | ".join(self.headings)

    @property
    def moved(self) -> bool:
        """Return whether redirects led to another page than the one asked for."""
        return urls.url_key(self.fetched.final_url) != urls.url_key(self.fetched.url)

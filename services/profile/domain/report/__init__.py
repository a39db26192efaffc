"""An audit as a page for people: one file that loads nothing, to be read, printed or sent on; pure."""

from services.profile.domain.report.page import Brand, html_of

__all__ = ["Brand", "html_of"]

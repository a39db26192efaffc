"""Mails about reports: the report itself, and the one that asks an address whether it wants them; pure."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from uuid import UUID

from services.gateway.domain.texts import plain
from shared.mime import new_letter
from shared.reporting import MailedReport

_LOGO = "logo"
_MOST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the head of a mail says."""

    mail_id: UUID
    sender: str
    to: str
    at: datetime
    leave_url: str


@dataclass(frozen=True, slots=True)
class Brand:
    """Under whose name a mail goes out."""

    name: str | None
    logo: str | None
    """As data: data:image/png;base64,..."""

    @property
    def shown(self) -> str:
        return plain(self.name or "", 100) or "Anchorwatch"


def report_mail(
    report: MailedReport, envelope: Envelope, *, url: str, pdf: bytes | None, why_no_pdf: str = ""
) -> EmailMessage:
    """Return the mail that brings a report: its address always, the PDF where there is one."""
    brand = Brand(report.brand_name, report.brand_logo)
    title = f"Links to {report.domain}: {report.label}"
    along = "The report is attached as a PDF, too." if pdf is not None else why_no_pdf
    until = f"{report.expires_at:%-d %B %Y}"
    lines = [report.summary, "\n".join(report.figures)]
    where = f"Read it here (until {until}): {url}"
    why = f"You get this because reports about the links to {report.domain} are sent to you."
    text = "\n\n".join(
        part for part in (brand.shown, title, *lines, where, along, _foot(why, envelope)) if part
    )
    figures = "".join(f"<li>{escape(one)}</li>" for one in report.figures)
    inner = (
        f"<h1>{escape(title)}</h1>{_paragraphs(report.summary)}"
        + (f"<ul>{figures}</ul>" if figures else "")
        + f"<p>{_link(url, 'Read the report')} (until {until})</p>"
        + (f"<p>{escape(along)}</p>" if along else "")
    )
    mail = _letter(text, inner, brand, envelope, why)
    mail["Subject"] = plain(f"{brand.shown}: {title}", _MOST_SUBJECT)
    if pdf is not None:
        mail.add_attachment(
            pdf, maintype="application", subtype="pdf", filename=f"{report.file_name}.pdf"
        )
    return mail


def confirm_mail(
    envelope: Envelope, brand: Brand, *, site_label: str, added_by: str, url: str
) -> EmailMessage:
    """Return the mail that asks whether somebody wants reports; nothing else is sent before a yes."""
    title = f"Do you want reports about the links to {site_label}?"
    asked = (
        f"{added_by} would like to send you reports about the links to {site_label},"
        f" in the name of {brand.shown}, and entered this address for them."
    )
    what = "Nothing is sent to you unless you say yes. If you do nothing, you hear no more of it."
    why = "You get this once, because somebody entered your address."
    text = "\n\n".join(
        (brand.shown, title, asked, f"Yes, send them: {url}", what, _foot(why, envelope))
    )
    inner = (
        f"<h1>{escape(title)}</h1><p>{escape(asked)}</p><p>{_link(url, 'Yes, send them')}</p>"
        f"<p>{escape(what)}</p>"
    )
    mail = _letter(text, inner, brand, envelope, why)
    mail["Subject"] = plain(f"{brand.shown}: {title}", _MOST_SUBJECT)
    return mail


def _letter(text: str, inner: str, brand: Brand, envelope: Envelope, why: str) -> EmailMessage:
    logo = _picture(brand.logo)
    shown = f'<img src="cid:{_LOGO}" alt="" height="44"> ' if logo is not None else ""
    leave = _link(envelope.leave_url, "Get no more of it")
    html = (
        f'<!doctype html><html lang="en"><body>\n<p>{shown}<b>{escape(brand.shown)}</b></p>\n{inner}\n'
        f"<hr><p><small>{escape(why)} {leave}</small></p>\n</body></html>\n"
    )
    mail = new_letter(text, html)
    if logo is not None:
        _add_picture(mail, *logo)
    name, _, domain = envelope.sender.rpartition("@")
    mail["From"] = str(Address(brand.shown, name, domain))
    mail["To"] = envelope.to
    mail["Date"] = format_datetime(envelope.at)
    mail["Message-ID"] = f"<{envelope.mail_id.hex}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if envelope.leave_url.startswith("https:"):  # RFC 8058 takes no other
        mail["List-Unsubscribe"] = f"<{envelope.leave_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return mail


def _foot(why: str, envelope: Envelope) -> str:
    return f"-- \n{why}\nTo get no more of it: {envelope.leave_url}\n"


def _picture(logo: str | None) -> tuple[str, bytes] | None:
    """Return the kind and the bytes of a logo; profile takes no other than these."""
    head, found, data = (logo or "").partition(";base64,")
    kind = head.removeprefix("data:image/")
    if not found or kind not in {"png", "jpeg", "gif", "webp"}:
        return None
    return kind, base64.b64decode(data)


def _add_picture(mail: EmailMessage, kind: str, content: bytes) -> None:
    parts: Sequence[EmailMessage] = mail.get_payload()  # type: ignore[assignment]
    parts[1].add_related(content, "image", kind, cid=f"<{_LOGO}>", disposition="inline")


def _paragraphs(text: str) -> str:
    parts = (part.strip() for part in text.split("\n\n"))
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in parts if part)


def _link(url: str, label: str) -> str:
    return f'<a href="{escape(url)}">{label}</a>'

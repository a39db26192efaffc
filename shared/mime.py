"""The form of every letter we write: plain text first, the same as simple HTML, headers never folded.

The standard library would make encoded words of long headers, which no mail program reads as ids of a
thread or as an address to leave by.
"""

from email.message import EmailMessage
from email.policy import SMTP

POLICY = SMTP.clone(refold_source="none", max_line_length=998)


def new_letter(text: str, html: str) -> EmailMessage:
    """Return a letter without headers."""
    letter = EmailMessage(policy=POLICY)
    letter.set_content(text, cte="quoted-printable")
    letter.add_alternative(html, subtype="html", cte="quoted-printable")
    return letter

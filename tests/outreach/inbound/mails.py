"""Builders of raw mails: a letter of somebody, a report of a mail server."""


def letter(
    text: str,
    *,
    sender: str = "Ann Lee <ann@site.example>",
    subject: str = "Re: Hello",
    headers: str = "",
) -> bytes:
    """Return a plain mail to us, written on 1 December 2025."""
    named = "" if headers.startswith("From:") else f"From: {sender}\n"
    more = f"{headers}\n" if headers else ""
    return (
        f"{named}{more}To: Tom <tom@ours.example>\nSubject: {subject}\n"
        "Date: Mon, 1 Dec 2025 10:00:00 +0000\nMIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    ).encode()


def report(
    diagnosis: str,
    *,
    action: str = "failed",
    status: str = "5.0.0",
    address: str = "bob@site.example",
    returned: str = "<1.2@ours.example>",
) -> bytes:
    """Return a delivery status notification as Postfix writes it, about one recipient."""
    return (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.ours.example (Mail Delivery System)\n"
        "To: tom@ours.example\nSubject: Undelivered Mail Returned to Sender\n"
        "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status;\n\tboundary="b1"\n\n'
        "--b1\nContent-Type: text/plain\n\nThis is the mail system.\n\n"
        "--b1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.ours.example\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {diagnosis}\n\n"
        f"--b1\nContent-Type: text/rfc822-headers\n\nMessage-ID: {returned}\nSubject: Hello\n\n--b1--\n"
    ).encode()

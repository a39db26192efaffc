"""The sentences by which a person reads what is kept about them, and what stays after an erasure; pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

_PARTS: Mapping[tuple[str, str], str] = {
    (
        "outreach",
        "contacts",
    ): "You are written down as somebody to write to; `source_url` says where"
    " the address stood, `created_by` who or what wrote it down.",
    (
        "outreach",
        "suppressions",
    ): "You are on the list of those who are never written to, with the reason.",
    ("outreach", "messages"): "Mail that was written to you, by people of this workspace.",
    (
        "outreach",
        "enrollments",
    ): "You were in a sequence of messages; `variables` is what was known.",
    ("outreach", "answers"): "Mail that came from you, read from the workspace's own mailbox.",
    ("gateway", "users"): "You may sign in, or could; an owner of the workspace added you.",
    ("gateway", "chat_people"): "You are known in these chats, because you said so there.",
    ("gateway", "deeds"): "What you did here, from the audit log (the newest 1,000).",
}
_PLACES: Mapping[tuple[str, str], str] = {
    ("toxicity", "pages"): "The address stands on public pages that link to a watched site.",
    ("toxicity", "links"): "The address stands in what was seen of links on public pages.",
    (
        "outreach",
        "readings",
    ): "The address stands on public pages of a domain that was read to judge it.",
    ("outreach", "placements"): "The address stands on the page of an agreed link, or in its note.",
    ("outreach", "domain_notes"): "Somebody of the workspace wrote the address into a note.",
    ("outreach", "vendors"): "The address belongs to somebody who offers links.",
    ("profile", "links"): "The address stands in what was seen of links, or in a note about one.",
    (
        "profile",
        "changes",
    ): "The history of a link names the address, as who changed it or in the text.",
    (
        "outreach",
        "opportunity_pages",
    ): "The address stands beside a link on a public page that may be asked for one.",
    ("crawler", "mentions"): "A public page that names a watched site shows the address.",
    ("gateway", "event_log"): "An event of the last weeks names the address.",
    (
        "gateway",
        "audit_log",
    ): "The audit log names the address, as who did something or in what was done.",
}


def part_sentence(service: str, name: str) -> str:
    """Return what a part of an export is, and where it came from."""
    return _PARTS.get((service, name)) or place_sentence(service, name)


def place_sentence(service: str, name: str) -> str:
    """Return where the address was found besides; a table without words of its own is named."""
    plain = name.replace("_", " ")
    return _PLACES.get(
        (service, name), f"The address stands in a text of “{plain}” of the service {service}."
    )


def stays_sentences(*, backups: datetime | None) -> Iterator[str]:
    """Return what is not reached by an export or an erasure, and until when it stays."""
    yield (
        "Backups hold what they held: files of `anchorwatch backup` are in the hands of whoever runs"
        " the installation, who must delete those"
        + (f" made before {backups:%d %B %Y}" if backups is not None else "")
        + " in their time, and repeat the erasure after restoring one."
    )
    yield (
        "Evidence (pages as they were, packed) is not searched by an export. An erasure searches it and"
        " deletes what names the person, but for the proof of a placement in force and sites under a"
        " legal hold."
    )
    yield "Names, telephone numbers and spellings other than this address cannot be found by it."
    yield (
        "Copies that were handed on: mail in the mailboxes of the workspace, messages to webhooks and"
        " channels, files that somebody took out, and for 7 days the stream of a RabbitMQ broker."
    )

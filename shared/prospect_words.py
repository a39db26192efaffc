"""Words for prospects and contacts: how far things are with a domain, where it came from, whom to write to."""

from collections.abc import Mapping

from shared.reason_words import NOTHING_TO_DO, Words


def _words(label: str, sentence: str, todo: str = NOTHING_TO_DO) -> Words:
    return Words(label, sentence, todo)


STAGES: Mapping[str, Words] = {
    "discovered": _words(
        "Discovered",
        "The domain is on the list; nobody decided on it yet.",
        "Qualify or reject it.",
    ),
    "qualified": _words(
        "Qualified", "Somebody decided that a link from there is wanted.", "Write to it."
    ),
    "contacted": _words("Contacted", "It was written to; no answer yet."),
    "engaged": _words("Engaged", "A person answered.", "Answer, and agree on the terms."),
    "agreed": _words("Link pending", "A link was agreed; it has not been seen yet."),
    "placed": _words("Link verified", "The agreed link was seen."),
    "rejected": _words("Rejected", "Your team does not want a link from there."),
    "declined": _words("Declined", "They do not want to give a link."),
    "unresponsive": _words("No answer", "All was written that was planned; nobody answered."),
    "blocked": _words("Never write", "It is on the list of those never written to."),
}
SOURCES: Mapping[str, Words] = {
    "list": _words("A list", "Somebody pasted or uploaded it."),
    "competitor": _words("A competitor's link", "The domain links to a competitor and not to you."),
    "lost_link": _words("A lost link", "The domain linked to you once."),
    "mention": _words("A mention", "A page there names you without a link."),
    "broken_link": _words("A dead link", "A page there links to an address that is gone."),
    "resource_page": _words("A resource page", "A page there collects links on your subject."),
    "discovery": _words("Discovery", "It was found while looking for links."),
}
CONTACT_STATES: Mapping[str, Words] = {
    "ok": _words("Can be written to", "Nothing speaks against it."),
    "bounced": _words("Does not exist", "Mail to it came back.", "Find another address."),
    "left": _words("Has left", "The person is no longer there.", "Find who came after."),
    "unsubscribed": _words("Asked to be left alone", "It is never written to again."),
}
FOUND_BY: Mapping[str, Words] = {
    "page": _words("Read on a page", "The page shows it."),
    "person": _words("Written down", "Somebody on your team wrote it down."),
    "reply": _words("From a reply", "It wrote to you."),
}


def source_label(source: str) -> str:
    """Return what people read for a source; one that we do not know reads as it is written."""
    known = SOURCES.get(source)
    return known.label if known else source.replace("_", " ").capitalize()

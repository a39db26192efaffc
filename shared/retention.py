"""What is kept for how long: every kind once, with its bounds and the sentences people read; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Who decides about a kind."""

    WORKSPACE = "workspace"
    INSTALLATION = "installation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Something that is kept for a number of days, by one service or (all) by each of them."""

    name: str
    service: str
    label: str
    keeps: str
    goes: str
    stays: str
    days: int
    least: int
    most: int
    scope: Scope = Scope.WORKSPACE


ALL = "all"

_KINDS = (
    Kind(
        name="looks",
        service="profile",
        label="Single looks",
        keeps="One line for each look at a link: when, what was seen, the reasons.",
        goes="Looks that are older; with the installation's own time whole months go at once.",
        stays="Every change of a link, for ever: when it came, changed, was lost and came back.",
        days=30,
        least=7,
        most=365,
    ),
    Kind(
        name="evidence",
        service="crawler",
        label="Evidence (pages as they were)",
        keeps="The page itself, as WARC, whenever something about a link became different.",
        goes="The content of evidence that newer evidence took the place of, or whose link is gone.",
        stays="The newest evidence of each watched link, all of links under a placement in force, and the"
        " chain that proves that nothing was changed.",
        days=400,
        least=30,
        most=36_500,
    ),
    Kind(
        name="discoveries",
        service="crawler",
        label="What searches for links found",
        keeps="Pages and domains that a search brought up, mentions without a link, searches themselves.",
        goes="What was last heard of longer ago, whatever became of it.",
        stays="The links that came of it.",
        days=400,
        least=30,
        most=1_095,
    ),
    Kind(
        name="uploads",
        service="crawler",
        label="Uploaded files",
        keeps="The pieces of a file until it is read, and of one that was never read.",
        goes="All of it a day after it came in, and as soon as it is read.",
        stays="What stood in it about links, and who brought it when.",
        days=1,
        least=1,
        most=1,
        scope=Scope.INSTALLATION,
    ),
    Kind(
        name="page_facts",
        service="toxicity",
        label="Facts about pages",
        keeps="What a page shows about itself: words, other links, addresses, who serves it.",
        goes="Facts of pages on which no link of anybody stands any more.",
        stays="Facts of pages with a link that is judged.",
        days=180,
        least=7,
        most=3_650,
        scope=Scope.INSTALLATION,
    ),
    Kind(
        name="domain_facts",
        service="outreach",
        label="Facts about domains that were read",
        keeps="What a domain shows about itself and whom to write to, for judging prospects.",
        goes="Facts of domains that are no prospect anywhere and were read longer ago.",
        stays="Facts of prospects, and contacts until they are erased.",
        days=365,
        least=30,
        most=3_650,
        scope=Scope.INSTALLATION,
    ),
    Kind(
        name="alerts",
        service="profile",
        label="Alerts",
        keeps="Alerts with all that they tell.",
        goes="Alerts in which nothing happened since.",
        stays="The changes of links that they were about.",
        days=180,
        least=30,
        most=3_650,
    ),
    Kind(
        name="mail",
        service="outreach",
        label="Mail that was written",
        keeps="Subject and text of messages that went out, failed or were cancelled.",
        goes="Subject, text and the reader's name; the line with its times and figures stays.",
        stays="Messages to a domain with a placement in force, what still waits, and every wish for no"
        " more mail.",
        days=1_095,
        least=30,
        most=3_650,
    ),
    Kind(
        name="inbound_mail",
        service="outreach",
        label="Mail that came in",
        keeps="Answers, bounces and automatic replies: sender, subject, text. Attached files are never"
        " kept, nor their names.",
        goes="Subject, text and the sender's name; what the answer meant stays.",
        stays="Answers from a domain with a placement in force, and every wish for no more mail.",
        days=1_095,
        least=30,
        most=3_650,
    ),
    Kind(
        name="event_history",
        service="gateway",
        label="Event history",
        keeps="What streams and webhooks were told, to be read again.",
        goes="Older events, and the record of their delivery to webhooks.",
        stays="What the events were about.",
        days=30,
        least=7,
        most=365,
    ),
    Kind(
        name="channel_log",
        service="gateway",
        label="Messages to channels",
        keeps="Which alert was told in which channel, and what came of it.",
        goes="Older lines, whatever became of them.",
        stays="The alerts.",
        days=30,
        least=7,
        most=365,
    ),
    Kind(
        name="audit_log",
        service="gateway",
        label="Audit log",
        keeps="Who changed what, when.",
        goes="Older entries. Nobody can change or delete a single one.",
        stays="Decisions about links and domains, with who decided.",
        days=1_095,
        least=90,
        most=3_650,
    ),
    Kind(
        name="job_errors",
        service=ALL,
        label="Long work and its row errors",
        keeps="Imports, audits and other long work: progress, result, rows that could not be used.",
        goes="Work that ended longer ago, with its row errors.",
        stays="What the work brought.",
        days=90,
        least=7,
        most=90,
    ),
    Kind(
        name="dead_letters",
        service=ALL,
        label="Dead letters",
        keeps="Events that a service could not handle, with the reason.",
        goes="Those that failed longer ago, sent again or not.",
        stays="What the event was about, where it happened.",
        days=90,
        least=14,
        most=365,
        scope=Scope.INSTALLATION,
    ),
    Kind(
        name="deleted_sites",
        service="profile",
        label="Deleted sites and workspaces",
        keeps="Everything of a deleted site or workspace, so that it can be brought back.",
        goes="Every row of it, in every service, for good.",
        stays="One line in the audit log that says so. A site under a legal hold stays whole.",
        days=30,
        least=7,
        most=90,
    ),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
"""Every kind by its name, in the order in which people read them."""

NEVER: Sequence[str] = (
    "The history of links: every change, for ever.",
    "What people decided: reviews, disavow files, acknowledged changes.",
    "Whom never to write to.",
    "The terms of placements and what became of them, and the proof of those in force.",
)
"""What no time of this list ever deletes; deleting the whole site or workspace does."""


def effective(name: str, chosen: Mapping[str, int], *, most: int | None = None) -> int:
    """Return for how many days a workspace keeps a kind; `most` is what its service keeps at all."""
    kind = KINDS[name]
    days = chosen.get(name, kind.days)
    return days if most is None else min(days, most)

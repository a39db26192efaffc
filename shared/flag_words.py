"""What people read in place of codes of what became of a referring domain (row 53 of the checklist)."""

from enum import StrEnum

from shared.reason_words import Words


class Flag(StrEnum):
    """What became of a referring domain, by our own looks, or by its registry where that is asked."""

    PARKED = "parked"
    NAME_GONE = "name_gone"
    REPURPOSED = "repurposed"
    HACKED = "hacked"
    OUTLINKS_JUMPED = "outlinks_jumped"
    EXPIRING = "expiring"
    REDEMPTION = "redemption"
    PENDING_DELETE = "pending_delete"
    OWN_EXPIRING = "own_expiring"
    OWN_ENDED = "own_ended"


FLAGS: dict[Flag, Words] = {
    Flag.PARKED: Words(
        "Parked",
        "The domain shows a parking page: nobody runs the site any more.",
        "Nothing: its links pass nothing. Ask the owner if you know them.",
    ),
    Flag.NAME_GONE: Words(
        "Name gone",
        "The domain's name is no longer in the DNS: its registration has most likely ended.",
        "Nothing: its links are gone. Somebody else may register the name.",
    ),
    Flag.REPURPOSED: Words(
        "Looks like another site",
        "The site looks as if somebody else has it now, for something else.",
        "Open the page: is it still the site that linked to you?",
    ),
    Flag.HACKED: Words(
        "Probably hacked",
        "Hidden boxes of links to other sites appeared on a page that had none.",
        "Tell the webmaster: the owner is a victim too. Never disavow for this alone.",
    ),
    Flag.OUTLINKS_JUMPED: Words(
        "Suddenly many links",
        "The page suddenly links to many other sites.",
        "Open the page: does it sell links now?",
    ),
    Flag.EXPIRING: Words(
        "Registration ends soon",
        "The registration of the domain ends within days, or has just ended.",
        "Nothing yet: most owners renew in time. Tell the owner if you know them.",
    ),
    Flag.REDEMPTION: Words(
        "Registration has ended",
        "The registration has ended; for some weeks only its owner can still take it back.",
        "Tell the owner at once if you know them: later anybody may register the name.",
    ),
    Flag.PENDING_DELETE: Words(
        "About to be deleted",
        "The registry deletes the domain within days; then anybody may register the name.",
        "Look for another place for what links to you there.",
    ),
    Flag.OWN_EXPIRING: Words(
        "Your domain ends soon",
        "The registration of your own domain ends within weeks, or has just ended.",
        "Make sure that it is renewed: without the name no link leads to you.",
    ),
    Flag.OWN_ENDED: Words(
        "Your domain has ended",
        "The registration of your own domain has ended.",
        "Ask your registrar at once to restore it, as long as that can be done.",
    ),
}

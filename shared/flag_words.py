"""What people read in place of codes of what became of a referring domain (row 53 of the checklist)."""

from enum import StrEnum

from shared.reason_words import Words


class Flag(StrEnum):
    """What was seen to have become of a referring domain; told from our own looks, no registry."""

    PARKED = "parked"
    NAME_GONE = "name_gone"
    REPURPOSED = "repurposed"
    HACKED = "hacked"
    OUTLINKS_JUMPED = "outlinks_jumped"


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
}

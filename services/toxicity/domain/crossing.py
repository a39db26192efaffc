"""Which changes of a link's band are told: those from one known band to another; pure.

"Not enough seen" is no band to come from or to go to: what was known before stays what is compared
with, however long nothing was seen.
"""

from shared.vocabulary import Band


def last_known(known: Band | None, now: Band) -> Band | None:
    """Return the band that is known once a link is judged to be in `now`."""
    return known if now is Band.INSUFFICIENT_DATA else now


def crosses(known: Band | None, now: Band) -> bool:
    """Say whether a new judgement is told; a first one crosses nothing.

    An import must not ring a bell for each of its links.
    """
    return known is not None and last_known(known, now) is not known

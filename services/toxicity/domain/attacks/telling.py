"""A burst in words for people: what happened, why we think so, and what to do, which is mostly nothing."""

from datetime import date

from services.toxicity.domain.attacks.bursts import Burst
from services.toxicity.domain.attacks.drift import TELLING_BITS, TELLING_SHARE, Drift

TODO = (
    "Usually there is nothing to do: search engines ignore such links, and disavowing them does not"
    " help. Keep watching. Only if Google reports a manual action, or if you had such links made"
    " yourself, go through them in the review."
)


def sentence(bad: int, started_on: date, last_on: date, expected: float) -> str:
    """Return what happened, in one sentence."""
    usual = "hardly any" if expected < 1 else f"about {expected:.0f}"
    when = f"on {started_on:%d %b %Y}"
    if last_on > started_on:
        when = f"from {started_on:%d %b %Y} to {last_on:%d %b %Y}"
    return (
        f"{bad} bad-looking domains linked to you for the first time {when}, where {usual} would be"
        " usual: perhaps somebody sends you bad links."
    )


def evidence(burst: Burst, drift: Drift) -> list[str]:
    """Return why this is taken for an attack and not for a success, one sentence each."""
    said = [
        (
            f"{burst.bad} of {burst.domains} new domains look bad; before, it was"
            f" {100 * burst.share_before:.0f} in 100."
        )
    ]
    if drift.anchor_bits >= TELLING_BITS and drift.anchors:
        shown = ", ".join(f"“{text[:60]}”" for text in drift.anchors)
        said.append(f"Their link texts are of other kinds than before, most often {shown}.")
    if drift.new_script_share >= TELLING_SHARE:
        said.append(
            f"{100 * drift.new_script_share:.0f} in 100 link texts are in a script that no link had"
            " before."
        )
    if drift.new_tld_share >= TELLING_SHARE:
        said.append(
            f"{100 * drift.new_tld_share:.0f} in 100 are under endings that were not there before"
            f" (.{', .'.join(drift.tlds)})."
        )
    return said

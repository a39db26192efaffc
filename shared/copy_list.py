"""Every copy that a service has of what another one owns, once; pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Copy:
    """What `service` has a copy of, who owns it, and the version of what the copy holds."""

    service: str
    name: str
    owner: str
    sentence: str
    version: int = 1
    by_itself: bool = False
    """Whether it is asked for anew by itself when the version has grown since it was last sent."""


COPIES: tuple[Copy, ...] = (
    Copy("crawler", "sites", "profile", "The crawler knows {is_} of {should} sites.", 1, True),
    Copy("crawler", "watches", "profile", "The crawler watches {is_} of {should} links."),
    Copy("toxicity", "sites", "profile", "Toxicity knows {is_} of {should} sites.", 1, True),
    Copy(
        "toxicity", "terms", "outreach", "Toxicity knows the terms of {is_} of {should} placements."
    ),
    Copy("outreach", "sites", "profile", "Outreach knows {is_} of {should} sites.", 1, True),
    Copy(
        "profile", "scores", "toxicity", "The list shows {is_} of {should} judged links as judged."
    ),
    Copy(
        "profile", "terms", "outreach", "The list knows the terms of {is_} of {should} placements."
    ),
    *(
        Copy(
            service,
            "retention",
            "gateway",
            f"{service.capitalize()} knows {{is_}} of {{should}} decisions on what is kept.",
        )
        for service in ("crawler", "profile", "toxicity", "outreach")
    ),
)
"""Every copy. Raise the version of one when a migration adds to it: it is then sent again by itself."""


def copies_of(service: str) -> tuple[Copy, ...]:
    """Return the copies that a service has."""
    return tuple(one for one in COPIES if one.service == service)

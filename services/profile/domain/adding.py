"""Links that a person gives by hand, read into rows; pure."""

from collections.abc import Iterable
from datetime import datetime

from services.profile.domain.link import Link
from services.profile.domain.site import Site
from shared.addresses import is_closed_host
from shared.errors import FieldError, InvalidError
from shared.ids import new_id
from shared.urls import domain_or_host, from_text, host_of, normalise, page_id, same_site


def read_pairs(site: Site, pairs: Iterable[tuple[str, str | None]], *, now: datetime) -> list[Link]:
    """Return the link that each pair means, doubles as one; raises InvalidError naming the bad ones."""
    errors: list[FieldError] = []
    links: dict[object, Link] = {}
    meant: list[Link] = []
    for number, (referring, target) in enumerate(pairs):
        found = _link(site, referring, target, number, errors, now=now)
        if found is not None:
            meant.append(links.setdefault((found.page_key, found.target_key), found))
    if errors:
        raise InvalidError(f"{len(errors)} addresses cannot be used.", errors[:100])
    return meant


def _link(
    site: Site,
    referring: str,
    target: str | None,
    number: int,
    errors: list[FieldError],
    *,
    now: datetime,
) -> Link | None:
    page = from_text(referring)
    goal = from_text(target) if target else None
    if page is None:
        errors.append(_fault(number, "referring_url", "Give the full URL of the page that links."))
    elif is_closed_host(host_of(page)):
        detail = "This address is not on the public internet, so nobody can look there."
        errors.append(_fault(number, "referring_url", detail, "address_not_allowed"))
    elif same_site(host_of(page), site.hosts):
        detail = "This page is on the site itself: not a backlink. Give a page of another site."
        errors.append(_fault(number, "referring_url", detail, "own_domain"))
    elif target and (goal is None or not same_site(host_of(goal), site.hosts)):
        detail = f"Give a URL on one of the site's hosts: {', '.join(site.hosts)}."
        errors.append(_fault(number, "target_url", detail, "not_on_site"))
    else:
        return Link(
            link_id=new_id(),
            workspace_id=site.workspace_id,
            site_id=site.site_id,
            referring_url=normalise(page),
            referring_domain=domain_or_host(host_of(page)),
            page_key=page_id(page),
            target_url=normalise(goal) if goal else None,
            target_key=page_id(goal) if goal else None,
            known_since=now,
        )
    return None


def _fault(number: int, field: str, detail: str, code: str = "invalid_url") -> FieldError:
    return FieldError(f"/links/{number}/{field}", code, detail)

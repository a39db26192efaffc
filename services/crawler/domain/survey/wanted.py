"""Which pages a search of pages of others looks at: those pasted and those known, within bounds; pure."""

from collections import Counter
from collections.abc import Iterable, Sequence

from shared import addresses, urls

JOB_KIND = "opportunities"
MOST_PASTED = 500
MOST_PAGES = 500
MOST_OF_A_DOMAIN = 10
MOST_URL = 2_048
SOURCES = ("prospects", "competitors", "mentions")


def wanted_pages(
    pasted: Sequence[str], known: Iterable[str], *, own_hosts: Sequence[str]
) -> list[str]:
    """Return the pages of a job: pasted ones first and all of them, of known ones some of each domain."""
    found: dict[str, str] = {}
    of_domain: Counter[str] = Counter()
    for place, url in enumerate([*pasted, *known]):
        if len(found) >= MOST_PAGES:
            break
        host = urls.host_of(url) if len(url) <= MOST_URL and urls.is_http(url) else ""
        domain = urls.domain_or_host(host)
        key = urls.url_key(url) if host else ""
        if not host or key in found or addresses.is_closed_host(host):
            continue
        if urls.same_site(host, own_hosts):
            continue
        if place >= len(pasted) and of_domain[domain] >= MOST_OF_A_DOMAIN:
            continue
        of_domain[domain] += 1
        found[key] = urls.normalise(url)
    return list(found.values())

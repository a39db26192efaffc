"""What two services know a part of: figures go along with a request, a second part with an answer."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson

from services.gateway.adapters.reporter import Reporter
from services.gateway.api import matching
from services.gateway.api.asking import ask
from services.gateway.domain.routing import Route
from shared import jsontext, reciprocity
from shared.access import Caller
from shared.http import ServiceClient
from shared.planning import MOST_TARGETS
from shared.queries import MAX_CHOICES
from shared.reciprocity import MOST_DOMAINS

MOST_DEAD = 20
_AGAIN = "/v1/reports/{report_id}/refresh"
"""Needs no body."""

Values = Mapping[str, str]
First = Callable[
    [dict[str, Any], Values, Mapping[str, ServiceClient], Caller], Awaitable[dict[str, Any]]
]
"""Returns the fields that are put into the body of a request, for these values of its path."""
Second = Callable[[dict[str, Any], Values, Mapping[str, ServiceClient], Caller], Awaitable[None]]
"""Adds to the body of the first answer, for these values of its path, what another service knows."""


def needs_facts(method: str, route: Route) -> bool:
    """Say whether a service's route needs what other services know of the site."""
    return (method, route.path) in _WITH_FACTS


async def add_facts(
    whole: bytes,
    method: str,
    route: Route,
    values: Values,
    clients: Mapping[str, ServiceClient],
    *,
    caller: Caller,
) -> bytes:
    """Return the body of a request with what other services know in it, null where it can't be had.

    What somebody sent for that is replaced; a body that is none stays for the service to refuse.
    """
    if not whole and route.path == _AGAIN:
        whole = b"{}"
    try:
        asked = jsontext.loads_strict(whole)
    except jsontext.JsonError:
        return whole
    if not isinstance(asked, dict):
        return whole
    more = await _WITH_FACTS[method, route.path](asked, values, clients, caller)
    return json.dumps({**asked, **more}, ensure_ascii=False).encode()


async def _facts(
    asked: dict[str, Any], values: Values, clients: Mapping[str, ServiceClient], caller: Caller
) -> dict[str, Any]:
    """Return what profile knows of the site that a plan or brief is about."""
    site_id = _id_of(values.get("site_id", asked.get("site_id")))
    answer = None
    if site_id is not None:
        path = f"/internal/sites/{site_id}/planning"
        wanted = _wanted(asked)
        answer = await ask(clients["profile"], "POST", path, {}, caller, sent=wanted)
    return {"facts": None if answer is None else answer.json()}


async def _parts(
    asked: dict[str, Any], values: Values, clients: Mapping[str, ServiceClient], caller: Caller
) -> dict[str, Any]:
    """Return what the services add to a report; null where profile will refuse the request itself."""
    reporter = Reporter(clients)
    wanted = {name: values.get(name) for name in ("site_id", "report_id")}
    if not all(_id_of(text) for text in wanted.values() if text is not None):
        return {"parts": None}
    found = await reporter.find_span({**wanted, "asked": {**asked, "parts": None}}, caller)
    parts = None if found is None else await reporter.collect(found, caller)
    return {"parts": None if parts is None else parts.model_dump(mode="json")}


def _id_of(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except (TypeError, ValueError, AttributeError):
        return None


def _wanted(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return of which host and pages of the request more is wanted to be known."""
    given = asked.get("page_weights")
    weights = given if isinstance(given, list) else []
    named = [one.get("url") for one in weights if isinstance(one, dict)]
    pages = [asked.get("target_url"), *named[:MOST_TARGETS]]
    domain = asked.get("referring_domain")
    return {
        "referring_domain": domain if isinstance(domain, str) else None,
        "target_urls": [page for page in pages if isinstance(page, str)],
    }


def is_composed(method: str, route: Route) -> bool:
    """Say whether the answer of a service's route gets a second part."""
    return (method, route.path) in _SECOND


async def add_second_part(
    whole: bytes,
    method: str,
    route: Route,
    values: Mapping[str, str],
    clients: Mapping[str, ServiceClient],
    *,
    caller: Caller,
) -> bytes:
    """Return the answer of the route with its second part, or with a word that it is missing."""
    body: dict[str, Any] = orjson.loads(whole)
    await _SECOND[method, route.path](body, values, clients, caller)
    return orjson.dumps(body)


async def _add_dead_pages(
    body: dict[str, Any], values: Values, clients: Mapping[str, ServiceClient], caller: Caller
) -> None:
    """Add to proposals the site's own dead pages that have links, and where each should lead."""
    path, query = f"/v1/sites/{values['site_id']}/redirects", urlencode({"limit": MOST_DEAD})
    answer = await ask(clients["profile"], "GET", path, body, caller, query=query)
    if answer is not None:
        body["dead_targets"] = answer.json()["items"]


async def _add_evaluations(
    body: dict[str, Any], values: Values, clients: Mapping[str, ServiceClient], caller: Caller
) -> None:
    """Add to places that were looked at what is to be thought of a link from there."""
    path = f"/internal/sites/{values['site_id']}/evaluations"
    seen = {"items": body["items"]}
    answer = await ask(clients["toxicity"], "POST", path, body, caller, sent=seen)
    if answer is not None:
        for item, evaluation in zip(body["items"], answer.json(), strict=True):
            item["evaluation"] = evaluation


async def _add_links_of_list(
    body: dict[str, Any], values: Values, clients: Mapping[str, ServiceClient], caller: Caller
) -> None:
    """Add to a site's prospects how many present links each has to it already."""
    await _add_links(body, body["items"], values["site_id"], clients, caller)


async def _add_links_of_one(
    body: dict[str, Any], _: Values, clients: Mapping[str, ServiceClient], caller: Caller
) -> None:
    await _add_links(body, [body], body["site_id"], clients, caller)


async def _add_links(
    body: dict[str, Any],
    found: Sequence[dict[str, Any]],
    site_id: str,
    clients: Mapping[str, ServiceClient],
    caller: Caller,
) -> None:
    for start in range(0, len(found), MAX_CHOICES):
        part = found[start : start + MAX_CHOICES]
        names = ",".join(one["domain"] for one in part)
        query = urlencode({"referring_domain": names, "limit": MAX_CHOICES})
        path = f"/v1/sites/{site_id}/domains"
        answer = await ask(clients["profile"], "GET", path, body, caller, query=query)
        if answer is None:
            return
        counts = {one["domain"]: one["links_present"] for one in answer.json()["items"]}
        for one in part:
            one["links_to_you"] = counts.get(one["domain"], 0)


async def _add_links_of_domain(
    body: dict[str, Any], values: Values, clients: Mapping[str, ServiceClient], caller: Caller
) -> None:
    """Add to what is known of a domain its links to all sites that the caller may see."""
    domain = values["domain"]
    query = urlencode({"q": domain})
    answer = await ask(clients["profile"], "GET", "/v1/search", body, caller, query=query)
    if answer is not None:
        body["links"] = [
            {name: one[name] for name in ("site_id", "site_domain", "links", "links_present")}
            for one in answer.json()["items"]
            if one["kind"] == "domain" and one["domain"] == domain
        ]


async def _add_reciprocal(
    body: dict[str, Any], values: Values, clients: Mapping[str, ServiceClient], caller: Caller
) -> None:
    """Add to the domains that a site links to which of them, and how many in all, link to it now."""
    path = f"/v1/sites/{values['site_id']}/domains"
    present = {"status": "live,changed", "limit": MAX_CHOICES}
    query = urlencode({**present, "limit": 1, "include": "count"})
    answer = await ask(clients["profile"], "GET", path, body, caller, query=query)
    if answer is None:
        return
    live, found = answer.json()["count"], []
    linked = body["linked_domains"][:MOST_DOMAINS]
    for start in range(0, len(linked), MAX_CHOICES):
        names = ",".join(linked[start : start + MAX_CHOICES])
        query = urlencode({**present, "referring_domain": names})
        answer = await ask(clients["profile"], "GET", path, body, caller, query=query)
        if answer is None:
            return
        found += [one["domain"] for one in answer.json()["items"] if one["links_present"]]
    body["live_domains"], body["reciprocal_domains"] = live, sorted(found)
    body["share"] = round(len(found) / live, 4) if live else None
    body["sentence"] = reciprocity.sentence(
        reciprocal=len(found), live=live, home_was_read=body["home_read_at"] is not None
    )


_WITH_FACTS: Mapping[tuple[str, str], First] = {
    ("POST", "/v1/sites/{site_id}/plan/solve"): _facts,
    ("POST", "/v1/sites/{site_id}/plan/suggestions"): _facts,
    ("POST", "/v1/briefs"): _facts,
    ("POST", "/v1/sites/{site_id}/reports"): _parts,
    ("POST", _AGAIN): _parts,
    ("POST", "/v1/sites/{site_id}/opportunities/searches"): matching.known_pages,
    ("POST", "/v1/sites/{site_id}/opportunities/decisions"): matching.matches_of_decision,
}
_SECOND: Mapping[tuple[str, str], Second] = {
    ("POST", "/v1/sites/{site_id}/proposals"): _add_dead_pages,
    ("POST", "/v1/sites/{site_id}/evaluations"): _add_evaluations,
    ("GET", "/v1/sites/{site_id}/prospects"): _add_links_of_list,
    ("GET", "/v1/prospects/{prospect_id}"): _add_links_of_one,
    ("GET", "/v1/relationships/{domain}"): _add_links_of_domain,
    ("GET", "/v1/sites/{site_id}/opportunities"): matching.add_to_list,
    ("GET", "/v1/sites/{site_id}/opportunities/{opportunity_id}"): matching.add_to_one,
    ("GET", "/v1/sites/{site_id}/exchanges/share"): _add_reciprocal,
}

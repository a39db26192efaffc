"""Opportunities of outreach, with the pages of the site that fit, which profile knows; and pages to search."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.gateway.api.asking import ask
from shared.access import Caller
from shared.http import ServiceClient

Clients = Mapping[str, ServiceClient]
MOST = 500
_BROKEN = "broken_link"
_FEW = 3


async def add_to_list(
    body: dict[str, Any], values: Mapping[str, str], clients: Clients, caller: Caller
) -> None:
    """Add to each opportunity the pages of the site that may be offered."""
    await _add(body, body["items"], values["site_id"], clients, caller)


async def add_to_one(
    body: dict[str, Any], values: Mapping[str, str], clients: Clients, caller: Caller
) -> None:
    await _add(body, [body], values["site_id"], clients, caller)


async def _add(
    body: dict[str, Any],
    found: Sequence[dict[str, Any]],
    site_id: str,
    clients: Clients,
    caller: Caller,
) -> None:
    if not found:
        return
    path = f"/internal/sites/{site_id}/matches"
    sent = {"wanted": [_wanted(one) for one in found[:MOST]]}
    answer = await ask(clients["profile"], "POST", path, body, caller, sent=sent)
    if answer is not None:
        for one, match in zip(found, answer.json(), strict=False):
            one["match"] = match


def _wanted(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return by what a page is looked for: of a page of others by its own words, of a link by those."""
    pages = one["top_pages"][:_FEW]
    if one["kind"] == _BROKEN:
        around = [_sentence(page) for page in pages]
        return {"url": one["subject_url"], "anchors": one["anchors"], "context": around}
    shared = [" ".join(word["word"] for word in page["shared"]) for page in pages]
    quoted = [one["quote"]] if one["quote"] else []
    # The address of their page says nothing of what they would link to.
    title = [one["title"]] if one["title"] else []
    return {"url": "/", "anchors": title, "context": [*quoted, *filter(None, shared)]}


def _sentence(page: Mapping[str, Any]) -> str:
    return " ".join([page["left_context"], page["anchor_text"], page["right_context"]])


async def matches_of_decision(
    asked: dict[str, Any], values: Mapping[str, str], clients: Clients, caller: Caller
) -> dict[str, Any]:
    """Return for opportunities that are accepted which page of the site fits each."""
    if asked.get("decision") != "accept" or asked.get("target_url") is not None:
        return {"matches": None}
    named = asked.get("opportunity_ids")
    wanted = [one for one in named if _is_id(one)][:100] if isinstance(named, list) else []
    site_id = values["site_id"]
    if not wanted or not _is_id(site_id):
        return {"matches": None}
    path = f"/internal/sites/{site_id}/opportunities/subjects"
    sent = {"opportunity_ids": wanted}
    answer = await ask(clients["outreach"], "POST", path, {}, caller, sent=sent)
    if answer is None:
        return {"matches": None}
    found = answer.json()
    await _add({}, found, site_id, clients, caller)
    return {"matches": {one["opportunity_id"]: one["match"] for one in found if one["match"]}}


def _is_id(text: object) -> bool:
    try:
        UUID(str(text))
    except ValueError:
        return False
    return True


async def known_pages(
    asked: dict[str, Any], values: Mapping[str, str], clients: Clients, caller: Caller
) -> dict[str, Any]:
    """Return the pages that a search of pages of others may begin with, by where they come from."""
    wanted = asked.get("sources")
    names = wanted if isinstance(wanted, list) else []
    known: dict[str, list[str]] = {}
    for name, (service, path) in _SOURCES.items():
        if name in names and _is_id(values["site_id"]):
            place = path.format(site_id=values["site_id"])
            answer = await ask(clients[service], "GET", place, {}, caller)
            known[name] = [] if answer is None else answer.json()
    return {"known": known}


_SOURCES = {
    "prospects": ("outreach", "/internal/sites/{site_id}/opportunities/pages"),
    "competitors": ("profile", "/internal/sites/{site_id}/competitor-pages"),
}

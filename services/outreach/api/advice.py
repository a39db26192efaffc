"""What one next link should say and where it should lead: by the slot it would fill, else by the bands."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.outreach.domain.plan.apportion import next_owed
from services.outreach.domain.plan.drawing import Settings, given_of, pages_of
from services.outreach.domain.plan.slots import Page
from services.outreach.domain.plan.texts import Advice, advise
from services.outreach.store import plans, texts
from services.outreach.store.ledger import fill_slots, get_ledger
from services.outreach.store.plans import Plan
from shared import clock, urls
from shared.anchor_bands import EVERY, Group, next_group
from shared.db import Tx
from shared.planning import SiteFacts, TargetFacts

_NOT_EXACT = EVERY - {Group.EXACT}


@dataclass(frozen=True, slots=True)
class Aim:
    """The page and the anchor group of one link, and the slot that it would fill."""

    target_url: str
    group: Group
    slot: Any = None


async def next_aim(
    tx: Tx, site_id: UUID, facts: SiteFacts, plan: Plan | None, *, target_url: str | None
) -> Aim:
    """Return what the next link is owed to: the earliest open slot, else the page and group furthest behind."""
    since = await plans.get_began_at(tx, site_id, now=clock.now())
    if plan is not None:
        await plans.lock_site(tx, site_id)
        await fill_slots(tx, site_id, facts, since=since)
        slot = await plans.find_next_open(tx, site_id, target_url=target_url)
        if slot is not None:
            return Aim(slot["target_url"], Group(slot["anchor_group"]), slot)
    given = given_of(facts, await get_ledger(tx, site_id, facts, since=since))
    if target_url is None:
        weights = pages_of(facts, Settings(**plan.settings) if plan else Settings())
        target_url = next_owed(weights, given.slots_of_pages, weights) or f"https://{facts.domain}/"
    takes_exact = given.pages.get(page_of(facts, target_url).url, Page()).takes_exact
    return Aim(target_url, next_group(given.groups, EVERY if takes_exact else _NOT_EXACT))


async def advise_for(
    tx: Tx, site_id: UUID, facts: SiteFacts, aim: Aim, *, domain: str | None
) -> Advice:
    """Choose the words for a link; never any that its host has used or is to use."""
    on_host = list(facts.host.texts) if facts.host else []
    if domain is not None:
        on_host += await texts.list_on_host(tx, site_id, domain)
    promised = await texts.list_promised(tx, site_id, aim.target_url)
    page = page_of(facts, aim.target_url)
    return advise(facts, page, aim.group, used_on_host=on_host, promised=promised)


def page_of(facts: SiteFacts, url: str) -> TargetFacts:
    """Return what is known of a page of the site; one that nobody links to has no words yet."""
    key = urls.page_id(url)
    found = (page for page in facts.targets if urls.page_id(page.url) == key)
    return next(found, TargetFacts(url=url))

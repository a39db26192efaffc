"""A campaign: so many links by a day, what it may cost, and how far it has come; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared import words
from shared.currencies import MINOR_UNITS, MOST, Money, fits, is_currency
from shared.currencies import said as money_said
from shared.errors import FieldError

MOST_BUDGETS = 10
MOST_LINKS = 100_000


class CampaignState(StrEnum):
    """Whether its sequences write to anybody: only those of an active one do."""

    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


LABELS: dict[CampaignState, str] = {
    CampaignState.ACTIVE: "Under way",
    CampaignState.PAUSED: "Paused",
    CampaignState.ARCHIVED: "Archived",
}
STATE_SENTENCES: dict[CampaignState, str] = {
    CampaignState.ACTIVE: "Its sequences go on.",
    CampaignState.PAUSED: "Its sequences write to nobody until it goes on.",
    CampaignState.ARCHIVED: "It is kept to be read; its sequences write to nobody.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    campaign_id: UUID
    workspace_id: UUID
    site_id: UUID
    name: str
    method: str | None = None
    goal_links: int | None = None
    goal_on: date | None = None
    budgets: tuple[Money, ...] = ()
    state: CampaignState = CampaignState.ACTIVE
    note: str | None = None
    version: int = 1
    created_by: UUID
    created_at: datetime
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """How far it has come: domains until somebody agrees, links from then on."""

    found: int = 0
    contacted: int = 0
    delivered: int = 0
    answered: int = 0
    interested: int = 0
    agreed: int = 0
    live: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """The money of a campaign in one currency."""

    currency: str
    agreed: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    owed: Decimal = Decimal(0)
    live_links: int = 0
    """Live links that have a price in this currency."""

    @property
    def cost_per_live_link(self) -> Decimal | None:
        """Return what was agreed, for lost links too, by live link; None where none is live."""
        if not self.live_links:
            return None
        return round(self.agreed / self.live_links, MINOR_UNITS.get(self.currency, 2))


def faults(campaign: Campaign) -> list[FieldError]:
    """Return what is wrong with a campaign, each with the field and the fix."""
    found = []
    if not campaign.name:
        found.append(FieldError("/name", "missing", "Give the campaign a name."))
    if campaign.goal_links is not None and not 1 <= campaign.goal_links <= MOST_LINKS:
        fix = f"Give a number from 1 to {MOST_LINKS:,}."
        found.append(FieldError("/goal_links", "out-of-range", fix))
    seen: set[str] = set()
    for at, (amount, currency) in enumerate(campaign.budgets):
        found += _budget_faults(at, amount, currency, seen)
        seen.add(currency)
    return found


def _budget_faults(at: int, amount: Decimal, currency: str, seen: set[str]) -> list[FieldError]:
    pointer = f"/budgets/{at}"
    if not is_currency(currency):
        fix = "Give a currency of ISO 4217 by its three letters, such as EUR."
        return [FieldError(f"{pointer}/currency", "not-a-currency", fix)]
    if currency in seen:
        return [FieldError(f"{pointer}/currency", "twice", "Give one budget for each currency.")]
    if not 0 < amount <= MOST or not fits(amount, currency):
        fix = f"Give an amount above 0, with no more digits than {currency} has."
        return [FieldError(f"{pointer}/amount", "out-of-range", fix)]
    return []


def goal_sentence(campaign: Campaign, funnel: Funnel, today: date) -> str:
    """Say how far it is from its goal."""
    live = "1 link is live" if funnel.live == 1 else f"{funnel.live:,} links are live"
    if campaign.goal_links is None:
        text = f"{live}; no number was set as a goal."
    elif funnel.live >= campaign.goal_links:
        return f"{live}: the goal of {campaign.goal_links:,} is reached."
    else:
        many = "link is" if campaign.goal_links == 1 else "links are"
        text = f"{funnel.live:,} of {campaign.goal_links:,} {many} live."
    if campaign.goal_on is None:
        return text
    days = (campaign.goal_on - today).days
    when = words.date_of(campaign.goal_on)
    if days < 0:
        return f"{text} Its day, {when}, is over."
    left = "today is the last day" if days == 0 else f"{days:,} days are left"
    return f"{text} Its day is {when}; {'1 day is left' if days == 1 else left}."


def budget_sentence(campaign: Campaign, spend: Sequence[Spend]) -> str:
    """Say what is left of each budget, and what was spent in currencies that have none."""
    agreed = {one.currency: one.agreed for one in spend}
    texts = []
    for amount, currency in campaign.budgets:
        used = agreed.pop(currency, Decimal(0))
        if used > amount:
            over = money_said(used - amount, currency)
            texts.append(
                f"{money_said(used, currency)} are agreed, {over} more than the budget of {money_said(amount, currency)}."
            )
        else:
            left = money_said(amount - used, currency)
            texts.append(
                f"{money_said(used, currency)} of {money_said(amount, currency)} are agreed, {left} are left."
            )
    for currency, used in sorted(agreed.items()):
        if used:
            texts.append(f"{money_said(used, currency)} are agreed, without a budget.")
    return " ".join(texts) or "Nothing is agreed that costs anything, and there is no budget."


def left_of(campaign: Campaign, spend: Sequence[Spend], currency: str) -> Decimal | None:
    """Return what is left of the budget of a currency; None where there is none."""
    budget = next((amount for amount, code in campaign.budgets if code == currency), None)
    if budget is None:
        return None
    return budget - sum((one.agreed for one in spend if one.currency == currency), Decimal(0))

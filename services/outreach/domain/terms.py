"""The terms of a placement: what was agreed about one link, checked the same way wherever it comes from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared import urls
from shared.currencies import MOST, fits, is_currency
from shared.errors import FieldError
from shared.vocabulary import Position

MAX_URL = 2_048
MAX_ANCHOR = 500
MAX_OUTLINKS = 10_000
MAX_NAME = 80
MAX_PRICE = MOST
"""In some currencies a link costs millions."""
RELS = ("nofollow", "sponsored", "ugc")
_RULE = "A paid link must be marked rel=sponsored or nofollow by Google's rules"
PAID_FOLLOWED = f"{_RULE}; a followed one puts both sites at risk."
PAID_UNMARKED = f"{_RULE}; nothing was agreed about it yet. Agree on sponsored."


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed; None means that nothing was agreed about it."""

    referring_url: str | None = None
    referring_domain: str
    target_url: str | None = None
    anchor_text: str | None = None
    rel: tuple[str, ...] | None = None
    """The agreed tokens; empty = must be followed."""
    position: Position | None = None
    go_live_on: date | None = None
    until_on: date | None = None
    max_outlinks: int | None = None
    price: Decimal | None = None
    currency: str | None = None
    method: str | None = None
    """How the link was got, such as `guest post`; one spelling for each."""
    campaign: str | None = None

    @property
    def page_key(self) -> UUID | None:
        return None if self.referring_url is None else urls.page_id(self.referring_url)

    @property
    def target_key(self) -> UUID | None:
        return None if self.target_url is None else urls.page_id(self.target_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Terms as somebody wrote them, before they are checked."""

    page: str | None = None
    domain: str | None = None
    target: str | None = None
    anchor_text: str | None = None
    rel: Sequence[str] | None = None
    position: Position | None = None
    go_live_on: date | None = None
    until_on: date | None = None
    max_outlinks: int | None = None
    price: Decimal | None = None
    currency: str | None = None
    method: str | None = None
    campaign: str | None = None


def check(
    draft: Draft, *, hosts: Iterable[str], name: dict[str, str] | None = None
) -> tuple[Terms | None, list[FieldError]]:
    """Return the terms, or None and what is wrong with each field.

    `name` says what a field is called where the draft came from (a JSON pointer, a column).
    """
    names = name or {}
    faults: list[FieldError] = []

    def fault(field: str, code: str, detail: str) -> None:
        faults.append(FieldError(names.get(field, f"/{field}"), code, detail))

    page = _url(draft.page)
    if draft.page is not None and page is None:
        fault("page", "not-a-url", "Give the address of the page, with https://.")
    domain = _domain(draft.domain, page)
    if domain is None:
        fault(
            "domain", "missing", "Give the page that will carry the link, or at least its domain."
        )
    target = _url(draft.target)
    own = list(hosts)
    if draft.target is not None and target is None:
        fault("target", "not-a-url", "Give the address of your page, with https://.")
    elif target is not None and not urls.same_site(urls.host_of(target), own):
        fault(
            "target",
            "not-your-site",
            "This is no page of this site. Give one of its pages, or name the host among its own.",
        )
    if page is not None and urls.same_site(urls.host_of(page), own):
        fault(
            "page",
            "own-site",
            "This is a page of your own. Give the page of the site that links to you.",
        )
    for field, code, detail in _number_faults(draft):
        fault(field, code, detail)
    if faults or domain is None:
        return None, faults
    return _terms(draft, page=page, domain=domain, target=target), []


def warnings(terms: Terms) -> list[str]:
    """Return what the caller should know although nothing is wrong."""
    if not terms.price or set(terms.rel or ()) & {"nofollow", "sponsored"}:
        return []
    return [PAID_UNMARKED if terms.rel is None else PAID_FOLLOWED]


def _url(text: str | None) -> str | None:
    if text is None or len(text) > MAX_URL:
        return None
    found = urls.from_text(text)
    return urls.normalise(found) if found and "." in urls.host_of(found) else None


def _domain(text: str | None, page: str | None) -> str | None:
    if page is not None:
        return urls.domain_or_host(urls.host_of(page))
    host = urls.host_of(urls.from_text(text) or "") if text else ""
    return urls.registrable_domain(host) if host else None


def _number_faults(draft: Draft) -> Iterable[tuple[str, str, str]]:
    unknown = [token for token in draft.rel or () if token not in RELS]
    if unknown:
        yield "rel", "not-allowed", f"Use {', '.join(RELS)}, or an empty list for a followed link."
    if draft.go_live_on and draft.until_on and draft.until_on < draft.go_live_on:
        yield "until_on", "before-go-live", "The end must not be before the day of going live."
    if draft.max_outlinks is not None and not 1 <= draft.max_outlinks <= MAX_OUTLINKS:
        yield "max_outlinks", "out-of-range", f"Give a number from 1 to {MAX_OUTLINKS}."
    if draft.price is not None and not 0 <= draft.price <= MAX_PRICE:
        yield "price", "out-of-range", f"Give an amount from 0 to {MAX_PRICE:,}."
    if draft.price is not None and not draft.currency:
        yield "currency", "missing", "Give the currency of the price, such as EUR."
    if draft.currency is not None:
        currency = draft.currency.upper()
        if not is_currency(currency):
            yield "currency", "not-a-currency", "Give the three letters of ISO 4217, such as EUR."
        elif draft.price is not None and not fits(draft.price, currency):
            yield (
                "price",
                "too-fine",
                f"{currency} has fewer digits behind the point; give none that do not exist.",
            )
    if draft.anchor_text is not None and len(draft.anchor_text) > MAX_ANCHOR:
        yield "anchor_text", "too-long", f"Give at most {MAX_ANCHOR} characters."
    for field, name in (("method", draft.method), ("campaign", draft.campaign)):
        if name is not None and len(name) > MAX_NAME:
            yield field, "too-long", f"Give at most {MAX_NAME} characters."


def _terms(draft: Draft, *, page: str | None, domain: str, target: str | None) -> Terms:
    text = " ".join((draft.anchor_text or "").split())
    return Terms(
        referring_url=page,
        referring_domain=domain,
        target_url=target,
        anchor_text=text or None,
        rel=None if draft.rel is None else tuple(sorted(set(draft.rel))),
        position=draft.position,
        go_live_on=draft.go_live_on,
        until_on=draft.until_on,
        max_outlinks=draft.max_outlinks,
        price=draft.price,
        currency=draft.currency.upper() if draft.currency and draft.price is not None else None,
        method=method_name(draft.method),
        campaign=" ".join((draft.campaign or "").split()) or None,
    )


def method_name(text: str | None) -> str | None:
    """Return a method in the one spelling by which links are grouped: `Guest_Post` is `guest post`."""
    return " ".join((text or "").replace("_", " ").replace("-", " ").lower().split()) or None

"""Reads what requests about plans and briefs give: pages of one's own, domains of others, figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.outreach.api.plan_shapes import SolveIn
from services.outreach.domain.plan.drawing import Settings
from services.outreach.domain.terms import method_name
from services.outreach.store.plans import Plan
from shared import urls
from shared.errors import FieldError, InvalidError, UnavailableError
from shared.planning import SiteFacts

_NOT_YOURS = "This is no page of this site. Give one of its pages, or name the host among its own."
_NO_DOMAIN = "Give the domain of another site, such as example.com."


def read_settings(body: SolveIn, hosts: Sequence[str]) -> Settings:
    """Return what was decided about a plan; pages in one spelling each."""
    weights: dict[str, int] = {}
    for number, page in enumerate(body.page_weights):
        url = read_target(page.url, hosts, pointer=f"/page_weights/{number}/url")
        weights[url] = page.weight
    if weights and not any(weights.values()):
        fault = FieldError("/page_weights", "no-weight", "Give at least one page a weight over 0.")
        raise InvalidError("Every page has the weight 0.", [fault])
    return Settings(
        months=body.months,
        cap=body.cap,
        growth_limit=body.growth_limit,
        page_weights=weights,
        page_cap=body.page_cap,
        methods={method_name(one.method) or one.method: one.weight for one in body.methods},
    )


def read_target(text: str, hosts: Sequence[str], *, pointer: str = "/target_url") -> str:
    """Return the address of a page of this site; raises InvalidError for any other."""
    found = urls.from_text(text)
    if found is None or not urls.same_site(urls.host_of(found), hosts):
        raise InvalidError(
            "A page can't be planned for.", [FieldError(pointer, "not-your-site", _NOT_YOURS)]
        )
    return urls.normalise(found)


def read_domain(text: str, hosts: Sequence[str]) -> str:
    """Return the domain that would carry a link; raises InvalidError for none, or one's own."""
    host = urls.host_of(urls.from_text(text) or "")
    if "." not in host or urls.is_public_suffix(host) or urls.same_site(host, hosts):
        fault = FieldError("/referring_domain", "not-a-domain", _NO_DOMAIN)
        raise InvalidError("No link can come from there.", [fault])
    return urls.domain_or_host(host)


def used_facts(given: Mapping[str, Any] | None, plan: Plan | None) -> SiteFacts:
    """Return the figures of the site, or those that its plan was made with; raises if there are none."""
    if given is not None:
        return SiteFacts.model_validate(given)
    if plan is not None:
        return plan.facts
    raise UnavailableError(
        "The figures of the site can't be read now; try again in a moment.", code="no-figures"
    )

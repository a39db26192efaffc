"""Which filters a view of links may hold: those that the list of links takes; pure."""

from collections.abc import Collection, Mapping
from typing import Any

from shared.errors import FieldError, InvalidError

_LINKS = "/v1/sites/{site_id}/links"
_OF_A_PAGE = frozenset({"cursor", "limit", "include", "fields"})


def filters_of(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the filters of the list of links, and its order, by the OpenAPI document of profile."""
    parameters = document["paths"][_LINKS]["get"]["parameters"]
    names = {one["name"] for one in parameters if one["in"] == "query"}
    return frozenset(names - _OF_A_PAGE)


def require_known(filters: Mapping[str, str], known: Collection[str]) -> None:
    """Raise InvalidError for what the list of links does not filter by."""
    unknown = sorted(set(filters) - set(known))
    if unknown:
        names = ", ".join(sorted(known))
        raise InvalidError(
            "A view holds filters of the list of links.",
            [
                FieldError(f"/filters/{name}", "unknown-filter", f"Links are filtered by {names}.")
                for name in unknown
            ],
        )

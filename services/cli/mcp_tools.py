"""What an assistant may ask Anchorwatch: reading and looking only. Nothing is decided, sent or changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

Schema = Mapping[str, Any]
MOST_ITEMS = 50

_SITE: Schema = {"type": "string", "description": "Id of a site, from list_sites."}
_LINK: Schema = {"type": "string", "description": "Id of a link, from list_links."}
_LIMIT: Schema = {
    "type": "integer",
    "minimum": 1,
    "maximum": MOST_ITEMS,
    "description": f"How many at most; {MOST_ITEMS} if left out.",
}
_CURSOR: Schema = {"type": "string", "description": "next_cursor of the page before."}


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


@dataclass(frozen=True, slots=True)
class Tool:
    """One question: its words, its arguments, and the requests that answer it."""

    name: str
    description: str
    path: str
    """Of the API, with arguments in it."""
    needs: Mapping[str, Schema] = field(default_factory=dict)
    takes: Mapping[str, Schema] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    """Lists that are added to the answer, by name."""
    method: str = "GET"

    @property
    def shown(self) -> dict[str, Any]:
        """Return the tool as `tools/list` has it."""
        return {
            "name": self.name,
            "description": self.description,
            "inputSchema": {
                "type": "object",
                "properties": {**self.needs, **self.takes},
                "required": list(self.needs),
                "additionalProperties": False,
            },
            "annotations": {"readOnlyHint": True, "openWorldHint": self.method == "POST"},
        }

    def faults(self, given: Mapping[str, Any]) -> list[str]:
        """Return what is wrong with the arguments, each as a sentence."""
        known = {**self.needs, **self.takes}
        said = [f"{name} is missing." for name in self.needs if name not in given]
        said += [f"There is no argument {name}." for name in given if name not in known]
        return said + [
            f"{name} has to be {_KINDS[known[name]['type']]}."
            for name, value in given.items()
            if name in known and not _fits(value, known[name]["type"])
        ]

    def request(self, given: Mapping[str, Any]) -> str:
        """Return the path to ask, with the arguments in it."""
        query = {name: value for name, value in given.items() if name in self.takes}
        if "limit" in self.takes:
            query["limit"] = min(int(given.get("limit", MOST_ITEMS)), MOST_ITEMS)
        return filled(self.path, given) + (f"?{urlencode(query)}" if query else "")


def filled(path: str, given: Mapping[str, Any]) -> str:
    """Return a path with the arguments that it names."""
    return path.format(**{name: quote(str(value), safe="") for name, value in given.items()})


_KINDS = {"integer": "a number from 1 on", "string": "a text"}


def _fits(value: object, kind: str) -> bool:
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool) and value > 0
    return isinstance(value, str)


_PAGED: Mapping[str, Schema] = {"limit": _LIMIT, "cursor": _CURSOR}
TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            "list_sites",
            "The sites that are watched, with the figures of each: links present, counting for SEO, "
            "gained and lost in 30 days, off contract, worth a look. Start here: others need a site's id.",
            "/v1/portfolio",
            takes=_PAGED,
        ),
        Tool(
            "what_to_do",
            "What waits for a person, the most pressing first, over all sites or of one.",
            "/v1/today",
            takes={"site_id": _SITE},
        ),
        Tool(
            "list_links",
            "Links to a site, filtered and sorted. Each tells its state in words. `unknown` means that "
            "nobody could look: never call such a link lost.",
            "/v1/sites/{site_id}/links",
            needs={"site_id": _SITE},
            takes={
                "status": _text(
                    "One or several with commas: pending live changed lost not_found unknown."
                ),
                "referring_domain": _text("Only links from this domain."),
                "q": _text("Text in a URL or in the anchor."),
                "followed": _text("true or false."),
                "toxicity_band": _text("ok watch review propose_disavow insufficient_data."),
                "sort": _text(
                    "A column, with - before it for the largest first: -value, -changed_at."
                ),
                **_PAGED,
            },
        ),
        Tool(
            "get_link",
            "One link: what it is now, what was agreed, what other tools claim, and all that happened to it.",
            "/v1/links/{link_id}",
            needs={"link_id": _LINK},
            also={"changes": "/v1/links/{link_id}/changes"},
        ),
        Tool(
            "explain_toxicity",
            "How a link is judged, with the evidence, the weight of each finding and what would change it.",
            "/v1/links/{link_id}/toxicity",
            needs={"link_id": _LINK},
        ),
        Tool(
            "list_domains",
            "Domains that link to a site, with how many of their links stand, count and are gone.",
            "/v1/sites/{site_id}/domains",
            needs={"site_id": _SITE},
            takes=_PAGED,
        ),
        Tool(
            "get_anchors",
            "How the anchors of a site are spread over the kinds, against the bands to aim for.",
            "/v1/sites/{site_id}/anchors",
            needs={"site_id": _SITE},
        ),
        Tool(
            "get_growth",
            "Links and domains gained and lost by day, week or month.",
            "/v1/sites/{site_id}/velocity",
            needs={"site_id": _SITE},
            takes={"interval": _text("day, week or month.")},
        ),
        Tool(
            "list_alerts",
            "What the rules of the workspace told, those with the newest news first.",
            "/v1/alerts",
            takes={
                "state": _text("open, acknowledged or resolved."),
                "severity": _text("urgent, warning or notice."),
                **_PAGED,
            },
        ),
        Tool(
            "list_opportunities",
            "Ways to a link that lie open on pages of others: dead links that a page of the site may replace, "
            "mentions without a link, lists of links. Each with the evidence. A person decides about them.",
            "/v1/sites/{site_id}/opportunities",
            needs={"site_id": _SITE},
            takes={
                "kind": _text(
                    "One or several with commas: broken_link unlinked_mention resource_page."
                ),
                "state": _text("open (if left out), accepted, dismissed, over."),
                "sort": _text(
                    "domains, relevance, found or pages, with - before it for the largest first."
                ),
                **_PAGED,
            },
        ),
        Tool(
            "get_opportunity",
            "One way to a link: the pages that show it, what the looks at it saw, which page of the site fits.",
            "/v1/sites/{site_id}/opportunities/{opportunity_id}",
            needs={"site_id": _SITE, "opportunity_id": _text("Id, from list_opportunities.")},
        ),
        Tool(
            "search",
            "Find a domain or an address among the links of all sites.",
            "/v1/search?q={q}",
            needs={"q": _text("A domain, or a part of an address.")},
        ),
        Tool(
            "check_page",
            "Look once at a page now, politely, for a link to a target. Nothing is stored. `unknown` with "
            "its reason means that the page could not be seen, not that the link is gone.",
            "/v1/checks",
            needs={
                "referring_url": _text("The page, with https://."),
                "target": _text("The address or domain that it should link to."),
            },
            method="POST",
        ),
    )
}

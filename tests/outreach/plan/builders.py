"""Facts of a site as profile would tell them."""

from datetime import UTC, date, datetime
from typing import Any

from shared.planning import MonthCount, SiteFacts, TargetFacts, TextCount
from shared.vocabulary import AnchorKind

HOME = "https://acme.example/"
CHAIRS = "https://acme.example/garden-chairs"


def some_facts(**given: Any) -> SiteFacts:
    """Acme Home: sixty domains, mostly branded, eight new ones a month."""
    values: dict[str, Any] = {
        "as_of": datetime(2026, 11, 3, 12, 0, tzinfo=UTC),
        "domain": "acme.example",
        "hosts": ["acme.example"],
        "brands": ["Acme Home"],
        "keywords": ["garden furniture", "garden chairs"],
        "languages": ["en"],
        "domains": 60,
        "kinds": {AnchorKind.BRANDED: 40, AnchorKind.URL: 15, AnchorKind.PARTIAL: 5},
        "months": [MonthCount(month=date(2026, month, 1), count=8) for month in range(5, 11)],
        "known_until": datetime(2026, 11, 3, tzinfo=UTC),
        "competitors": [],
        "targets": [
            TargetFacts(
                url=HOME,
                title="Acme Home",
                domains=40,
                texts=[TextCount(text="Acme Home", kind=AnchorKind.BRANDED, domains=30)],
            ),
            TargetFacts(url=CHAIRS, title="Garden chairs of teak", domains=20),
        ],
        "texts": [TextCount(text="Acme Home", kind=AnchorKind.BRANDED, domains=30)],
        "changes_needed": 0,
        "changes": [],
    }
    return SiteFacts(**values | given)

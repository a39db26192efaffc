"""What is known of referring domains beyond one page, for the domains of a whole batch at once."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.toxicity.domain.source import UNKNOWN, Source
from shared.db import Tx

Key = tuple[UUID, str]
"""A site, and a domain that links to it."""


async def list_sources(tx: Tx, keys: Sequence[Key]) -> Mapping[Key, Source]:
    """Return what is known of each of these domains, as the given site sees it."""
    _ = tx
    return dict.fromkeys(keys, UNKNOWN)

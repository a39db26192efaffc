"""The loops and jobs of toxicity: judge again what changed, look at graph and networks, find attacks."""

from services.toxicity.jobs.months import count_once
from services.toxicity.jobs.walk import walk_once, walk_sites

__all__ = ["count_once", "walk_once", "walk_sites"]

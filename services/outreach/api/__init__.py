"""The public routes that outreach serves."""

from services.outreach.api import pastes, placements, suppressions, vendors

ROUTERS = (pastes.router, placements.router, vendors.router, suppressions.router)

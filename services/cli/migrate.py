"""`anchorwatch migrate`: bring the schemas of all services, or of some, to this version."""

import argparse
import asyncio
from collections.abc import Sequence

from services.cli import databases
from shared.migrations import SERVICES, migrate


def main(arguments: Sequence[str]) -> int:
    """Migrate each service with its own database URL and role; running it twice does no harm."""
    parser = argparse.ArgumentParser(
        prog="anchorwatch migrate", description="Bring the database to this version of Anchorwatch."
    )
    parser.add_argument(
        "services", metavar="SERVICE", nargs="*", help=f"of {', '.join(SERVICES)}; all if none"
    )
    options = parser.parse_args(list(arguments))
    unknown = set(options.services) - set(SERVICES)
    if unknown:
        parser.error(f"there is no service {', '.join(sorted(unknown))}")
    chosen = options.services or SERVICES
    with databases.urls(chosen) as urls:
        for service in chosen:
            asyncio.run(migrate(urls[service], service))
            print(f"{service}: up to date")
    return 0

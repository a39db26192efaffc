"""Write the OpenAPI document of each service where the gateway reads it: `python -m services.contracts`.

The gateway makes its forwarding table and the public document from these files, so that it needs no
other service to be there when it starts. A test fails while a file is behind its service.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from shared.bus.embedded import EmbeddedBus
from shared.db import Database

FOLDER = Path(__file__).parent / "gateway" / "openapi"
SERVICES = ("crawler", "profile", "toxicity", "outreach")
_NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:1/nowhere"


def document_of(service: str) -> dict[str, Any]:
    """Return the OpenAPI document of a service, whose app is made but never started."""
    module = importlib.import_module(f"services.{service}.app")
    settings = importlib.import_module(f"services.{service}.settings").Settings
    app = module.create_app(
        settings(internal_secret="only-to-read-its-routes"),  # noqa: S106 - signs nothing
        bus=EmbeddedBus(Database(_NOWHERE, schema="bus")),
        db=Database(_NOWHERE, schema=service),
    )
    found: dict[str, Any] = app.openapi()
    return found


def written(document: dict[str, Any]) -> str:
    """Return a document as it stands in its file: one fact per line, so that changes read well."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for service in SERVICES:
        (FOLDER / f"{service}.json").write_text(written(document_of(service)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

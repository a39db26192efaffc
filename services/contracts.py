"""Write the contracts that the gateway serves and routes by: `python -m services.contracts`.

The OpenAPI document of each service makes the forwarding table, so that the gateway needs no other
service to be there when it starts; the public OpenAPI and AsyncAPI documents are served as they are
here. A test fails while a file is behind the code.
"""

import importlib
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from services.gateway.domain.documents import asyncapi, merged_openapi
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


def all_documents() -> dict[str, dict[str, Any]]:
    """Return every document by the name of its file."""
    services = {service: document_of(service) for service in SERVICES}
    release = version("anchorwatch")
    return {
        **services,
        "openapi": merged_openapi(services, document_of("gateway"), version=release),
        "asyncapi": asyncapi(version=release),
    }


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for name, document in all_documents().items():
        (FOLDER / f"{name}.json").write_text(written(document), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

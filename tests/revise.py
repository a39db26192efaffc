"""Write the next migration of a service: `python -m tests.revise profile "add a column"`."""

import shutil
import sys
import tempfile
from pathlib import Path

from shared import postgres
from shared.revisions import write_revision


def main(service: str, message: str) -> None:
    home = Path(tempfile.mkdtemp(prefix="anchorwatch-revise-"))
    home.chmod(0o711)
    server = postgres.start(home, durable=False)
    try:
        write_revision(server.url(), service, message)
    finally:
        server.kill()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

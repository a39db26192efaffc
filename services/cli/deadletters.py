"""`anchorwatch deadletters`: the events that no handler could take, and sending them once more.

Exit codes: 0 done, 1 replay found nothing to send, 2 wrong usage, 4 failed.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any
from uuid import UUID

from services.cli import databases
from shared import dead_letters
from shared.db import Database
from shared.dead_letters import DeadLetter
from shared.migrations import SERVICES

_PAGE = 500


def main(arguments: Sequence[str]) -> int:
    """List the letters of the services, or replay some."""
    options = _parser().parse_args(list(arguments))
    work = _list if options.command == "list" else _replay
    chosen = [options.service] if options.service else SERVICES
    with databases.urls(chosen) as urls:
        return asyncio.run(work(options, urls))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anchorwatch deadletters",
        description="Events that no handler could take: look at them, and send them once more.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="show what waits, oldest first")
    listing.add_argument("--service", choices=SERVICES, help="of one service only")
    listing.add_argument("--all", action="store_true", help="also those that were replayed")
    listing.add_argument("--limit", type=int, default=100, help="at most so many per service")
    listing.add_argument("--json", action="store_true", help="one JSON object per line")
    replay = commands.add_parser("replay", help="send letters to the queue they came from")
    replay.add_argument("service", choices=SERVICES)
    replay.add_argument("letters", metavar="ID", nargs="*", type=UUID, help="which letters")
    replay.add_argument("--everything", action="store_true", help="every letter that waits")
    return parser


async def _list(options: argparse.Namespace, urls: Mapping[str, str]) -> int:
    found = 0
    for service in urls:
        async with _database(service, urls) as db, db.begin() as tx:
            letters = await dead_letters.list_dead_letters(
                tx, limit=options.limit, waiting_only=not options.all
            )
        found += len(letters)
        for letter in letters:
            print(json.dumps(_plain(service, letter)) if options.json else _line(service, letter))
    if not found and not options.json:
        print("No dead letters: every event found a handler that could take it.")
    return 0


async def _replay(options: argparse.Namespace, urls: Mapping[str, str]) -> int:
    sent = 0
    async with _database(options.service, urls) as db:
        ids: list[UUID] = options.letters
        after: UUID | None = None
        while options.everything:
            async with db.begin() as tx:
                page = await dead_letters.list_dead_letters(tx, limit=_PAGE, after=after)
                sent += await dead_letters.replay(tx, [letter.dead_letter_id for letter in page])
            if len(page) < _PAGE:
                break
            after = page[-1].dead_letter_id
        if ids:
            async with db.begin() as tx:
                sent += await dead_letters.replay(tx, ids)
    print(f"{sent} sent again to {options.service}.")
    return 0 if sent else 1


@asynccontextmanager
async def _database(service: str, urls: Mapping[str, str]) -> AsyncIterator[Database]:
    db = Database(urls[service], schema=service, pool_size=1)
    try:
        yield db
    finally:
        await db.close()


def _plain(service: str, letter: DeadLetter) -> dict[str, Any]:
    fields = {"service": service, **asdict(letter)}
    fields["body"] = letter.body.decode(errors="replace")
    return {
        key: value if isinstance(value, str | int | None) else str(value)
        for key, value in fields.items()
    }


def _line(service: str, letter: DeadLetter) -> str:
    when = letter.last_at.strftime("%Y-%m-%d %H:%M")
    again = f", sent again {letter.replayed_at:%Y-%m-%d %H:%M}" if letter.replayed_at else ""
    name = letter.name or "not an event"
    detail = letter.detail.partition("\n")[0]
    return (
        f"{letter.dead_letter_id}  {when}  {service}  {name}  {letter.attempts} attempts{again}\n"
        f"    {letter.reason}: {detail}"
    )

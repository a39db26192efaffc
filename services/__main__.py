"""The `anchorwatch` command: a table from names to modules, and the one place that ends on errors."""

import gc
import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import AnchorwatchError, InvalidError

FAILED = 4
BUG = 70
INTERRUPTED = 130

# Loading a service makes 220,000 objects that stay, and the interpreter's own threshold of 700 has them
# looked at again and again: a tenth of the CPU of a start.
_YOUNG_OBJECTS = 50_000


@dataclass(frozen=True, slots=True)
class Command:
    """One command: the module whose `main(arguments)` runs it, and what it does in plain words."""

    module: str
    does: str
    given: tuple[str, ...] = ()
    """Arguments that the name itself stands for."""


def _service(name: str, does: str) -> Command:
    return Command("services.cli.service", does, given=(name,))


COMMANDS = {
    "all": Command("services.cli.all", "start everything on this machine, on one port"),
    "demo": Command("services.cli.demo", "the same, watching a made-up web that changes by itself"),
    "audit": Command("services.cli.audit", "import link files, check every link, score and report"),
    "check": Command("services.cli.check", "look once at one page for one link"),
    "import": Command("services.cli.import_file", "send a file of links to a running Anchorwatch"),
    "report": Command("services.cli.report", "write the report of a month for a client"),
    "anchors": Command("services.cli.anchors", "say of each anchor text what kind it is, and why"),
    "disavow": Command("services.cli.disavow", "read, repair and explain disavow files"),
    "redirects": Command("services.cli.redirects", "say where dead pages of a site should lead"),
    "broken": Command("services.cli.broken", "look for dead links on pages of others"),
    "discover": Command("services.cli.discover", "find links in crawl archives and server logs"),
    "mail": Command("services.cli.mail", "say what mails that came back are: bounce, answer ..."),
    "evidence": Command("services.cli.evidence", "check that evidence is as it was written"),
    "mcp": Command("services.cli.mcp", "let an assistant read what a running Anchorwatch knows"),
    "login": Command("services.cli.login", "make a one-time link that signs the owner in"),
    "keys": Command("services.cli.keys", "change the master key that encrypts stored keys"),
    "migrate": Command("services.cli.migrate", "bring the database to this version"),
    "backup": Command("services.cli.backup", "write everything into one file, while it runs"),
    "restore": Command("services.cli.restore", "read a backup into an empty database, and compare"),
    "rebuild": Command(
        "services.cli.rebuild", "send copies again that services keep of each other"
    ),
    "deadletters": Command(
        "services.cli.deadletters", "list or replay events that nobody could use"
    ),
    "crawler": _service("crawler", "run only the service that looks at pages"),
    "profile": _service("profile", "run only the service that knows every link"),
    "toxicity": Command(
        "services.cli.toxicity", "judge names or one page; alone: run the service that weighs links"
    ),
    "outreach": _service("outreach", "run only the service that keeps placements and vendors"),
    "gateway": _service("gateway", "run only the service that people and programs talk to"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    gc.set_threshold(_YOUNG_OBJECTS)
    words = list(sys.argv[1:] if arguments is None else arguments)
    show_traceback = words[:1] == ["--traceback"]
    if show_traceback:
        del words[0]
    if not words or words[0] in {"-h", "--help", "help"}:
        print(_help())
        return 0
    if words[0] in {"-V", "--version"}:
        # Loaded only here and below: a quick command would wait longer for them than it works.
        version = importlib.import_module("importlib.metadata").version("anchorwatch")
        print(f"anchorwatch {version}")
        return 0
    command = COMMANDS.get(words[0])
    if command is None:
        return _say(f"There is no command {words[0]!r}. `anchorwatch --help` lists them.", 2)
    return _run(command, words[1:], show_traceback=show_traceback)


def _run(command: Command, arguments: Sequence[str], *, show_traceback: bool) -> int:
    try:
        module = importlib.import_module(command.module)
        code: int = module.main([*command.given, *arguments])
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough, as in `anchorwatch ... | head`.
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001 - because a person at a terminal gets a sentence
        if show_traceback:
            importlib.import_module("traceback").print_exc()
        return _explain(error)
    return code


def _explain(error: BaseException) -> int:
    if isinstance(error, BaseExceptionGroup):
        # A task group wraps what happened inside; the first error of ours tells the story.
        ours, others = error.split(AnchorwatchError)
        return _explain(((ours or others) or error).exceptions[0])
    if isinstance(error, InvalidError):
        told = [fault for fault in error.errors if fault.detail not in error.detail]
        faults = "".join(f"\n  {fault.pointer}: {fault.detail}" for fault in told)
        return _say(f"{error.detail}{faults}", FAILED)
    if isinstance(error, AnchorwatchError):
        return _say(error.detail, FAILED)
    if isinstance(error, OSError) and error.strerror:
        about = f"{error.filename}: " if error.filename else ""
        return _say(f"{about}{error.strerror}.", FAILED)
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return _say(
        f"Anchorwatch has a bug here ({what}). `anchorwatch --traceback ...` shows more.", BUG
    )


def _say(sentence: str, code: int) -> int:
    print(f"anchorwatch: {sentence}", file=sys.stderr)
    return code


def _help() -> str:
    lines = [
        "Anchorwatch keeps watch over a site's backlinks.",
        "",
        "  anchorwatch COMMAND [...]    anchorwatch COMMAND --help    anchorwatch --version",
        "",
        *(f"  {name:<12} {command.does}" for name, command in COMMANDS.items()),
        "",
        "Exit codes: 0 done, 1 the answer is no, 2 wrong usage, 3 cannot say, 4 failed.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

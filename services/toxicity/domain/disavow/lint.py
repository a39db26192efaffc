"""Says what is wrong with a disavow file and what would be written instead of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.toxicity.domain.disavow.entries import Entry, Fault, Numbered, Refusal, Repair
from services.toxicity.domain.disavow.reader import parse
from services.toxicity.domain.disavow.writer import admit, limit_faults, render
from services.toxicity.domain.guard import Guard


@dataclass(frozen=True, slots=True)
class Report:
    """The whole truth about one file; `clean` is empty where a limit forbids writing it."""

    clean: str
    entries: tuple[Entry, ...]
    header: tuple[str, ...]
    repairs: tuple[Repair, ...]
    refused: tuple[Refusal, ...]
    errors: tuple[Fault, ...]
    numbered: tuple[Numbered, ...] = ()
    """The entries with the lines on which they stood in the file."""

    @property
    def spotless(self) -> bool:
        return not (self.repairs or self.refused or self.errors)


def lint(data: bytes | str, *, guard: Guard) -> Report:
    """Return the report on a file; never raises."""
    parsed = parse(data)
    safe, refused = admit(parsed.entries, guard=guard)
    entries = tuple(item.entry for item in safe)
    text = render(entries, header=parsed.header)
    limits = limit_faults(text)
    return Report(
        clean="" if limits else text,
        entries=entries,
        header=parsed.header,
        repairs=parsed.repairs,
        refused=tuple(refused),
        errors=(*parsed.errors, *limits),
        numbered=tuple(safe),
    )


def as_json(report: Report) -> dict[str, object]:
    """Return the report as the CLI and the API show it."""
    return {
        "clean": report.clean,
        "repairs": repairs_as_json(report.repairs),
        "refused": refusals_as_json(report.refused),
        "errors": faults_as_json(report.errors),
    }


def repairs_as_json(repairs: Sequence[Repair]) -> list[dict[str, object]]:
    return [
        {
            "line": repair.line,
            "code": repair.code.value,
            "before": repair.before,
            "after": repair.after,
            "detail": repair.sentence,
        }
        for repair in repairs
    ]


def refusals_as_json(refused: Sequence[Refusal]) -> list[dict[str, object]]:
    return [
        {
            "line": refusal.line,
            "entry": refusal.entry,
            "code": refusal.code,
            "detail": refusal.sentence,
        }
        for refusal in refused
    ]


def faults_as_json(faults: Sequence[Fault]) -> list[dict[str, object]]:
    return [
        {"line": fault.line, "code": fault.code, "text": fault.text, "detail": fault.sentence}
        for fault in faults
    ]

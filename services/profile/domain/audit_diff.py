"""What became different between two audits of one site: figures, findings, domains of anchors; pure."""

from collections.abc import Iterable, Mapping
from typing import Any

Report = Mapping[str, Any]


def diff_of(before: Report, after: Report) -> dict[str, Any]:
    """Return the figures that moved and the findings that came, went or moved."""
    return {
        "same_inputs": before["inputs_hash"] == after["inputs_hash"],
        "same_model": before["model"] == after["model"],
        "new_links_known_up_to": {
            "before": before["velocity"]["known_up_to"],
            "after": after["velocity"]["known_up_to"],
        },
        "figures": list(_figures(before, after)),
        "findings": list(_findings(before, after)),
    }


def _figures(before: Report, after: Report) -> Iterable[dict[str, Any]]:
    """Yield what stands in both; a month or a page of the top that is in one only is no change."""
    old = {one["code"]: one for one in before.get("figures", ())}
    for one in after.get("figures", ()):
        was = old.get(one["code"])
        # The number of a row in a ranking names another page or anchor once the ranking moved.
        if was is None or was["label"] != one["label"] or was["count"] == one["count"]:
            continue
        yield {
            **{name: one[name] for name in ("code", "group", "label", "unit")},
            "before": was["count"],
            "after": one["count"],
            "change": one["count"] - was["count"],
        }


def _findings(before: Report, after: Report) -> Iterable[dict[str, Any]]:
    old, new = (_by_code(report) for report in (before, after))
    for code in [*new, *(code for code in old if code not in new)]:
        was, now = old.get(code, 0), new.get(code, 0)
        if was != now:
            yield {"code": code, "before": was, "after": now, "state": _state(was, now)}


def _by_code(report: Report) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in report["findings"]:
        counts[one["code"]] = counts.get(one["code"], 0) + one["count"]
    return counts


def _state(was: int, now: int) -> str:
    if not was:
        return "new"
    if not now:
        return "gone"
    return "grown" if now > was else "shrunk"

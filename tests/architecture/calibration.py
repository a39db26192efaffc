"""What `docs/toxicity.md` shows of the model of names: its calibration as a picture, from the report."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MODEL = Path(__file__).parents[2] / "services/toxicity/domain/lexical/model.json"
_SIZE = 320
_LEFT, _TOP = 56, 16


def report() -> Mapping[str, Any]:
    """Return the report that `make train` wrote beside the weights."""
    found: Mapping[str, Any] = json.loads(MODEL.read_text("utf-8"))["report"]
    return found


def picture() -> str:
    """Return the calibration curve as SVG: what was said against what was so, a dot for each tenth.

    The size of a dot is the share of names in it; names of each family were judged by a model that
    had not seen the family.
    """
    curve: Sequence[Sequence[float]] = report()["calibration_curve"]
    dots = "\n".join(
        f'<circle cx="{_x(said)}" cy="{_y(true)}" r="{3 + 22 * share:.1f}" fill="#0b4f6c"'
        f' fill-opacity=".75"><title>said {said:.2f}, was {true:.2f}</title></circle>'
        for said, true, share in curve
    )
    line = " ".join(f"{_x(said)},{_y(true)}" for said, true, _ in curve)
    marks = "\n".join(_mark(tenth / 10) for tenth in range(0, 11, 2))
    wide, high = _LEFT + _SIZE + 20, _TOP + _SIZE + 48
    error = report()["calibration_error"]
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" \
height="{high}" font-family="sans-serif" font-size="12" fill="#16202a">
<title>Calibration of names: what the model said, and how many were bad</title>
<rect width="{wide}" height="{high}" fill="#fff"/>
{marks}
<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#8a97a3" stroke-dasharray="4 4"/>
<polyline points="{line}" fill="none" stroke="#0b4f6c" stroke-width="1.5"/>
{dots}
<text x="{_x(0.5)}" y="{high - 8}" text-anchor="middle">chance that the model said</text>
<text transform="translate(14 {_y(0.5)}) rotate(-90)" text-anchor="middle">share that was bad</text>
<text x="{_x(0.03)}" y="{_y(0.95)}">mean error {error:.3f}</text>
</svg>
"""


def _mark(at: float) -> str:
    return (
        f'<line x1="{_x(at)}" y1="{_y(0)}" x2="{_x(at)}" y2="{_y(1)}" stroke="#e3e8ec"/>'
        f'<line x1="{_x(0)}" y1="{_y(at)}" x2="{_x(1)}" y2="{_y(at)}" stroke="#e3e8ec"/>'
        f'<text x="{_x(at)}" y="{_y(0) + 16}" text-anchor="middle">{at:.1f}</text>'
        f'<text x="{_x(0) - 6}" y="{_y(at) + 4}" text-anchor="end">{at:.1f}</text>'
    )


def _x(value: float) -> float:
    return round(_LEFT + _SIZE * value, 1)


def _y(value: float) -> float:
    return round(_TOP + _SIZE * (1 - value), 1)

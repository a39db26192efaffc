"""Says why a person cannot see an element, from what the page itself declares about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

Attributes = Mapping[str, str | None]

_NUMBER = re.compile(r"\s*([+-]?[0-9]*\.?[0-9]+)\s*(px|em|rem|%|vw|vh|pt|)\s*(?:!important)?\s*\Z")
_FAR = -400.0
_CLIPPED = re.compile(r"rect\(\s*(?:0|1)(?:px)?[\s,]+(?:0|1)(?:px)?[\s,]")
_INSET = re.compile(r"inset\(\s*(?:50|100)%|circle\(\s*0(?![.1-9])")
_SCALED = re.compile(r"scale[xy]?\(\s*0*(?:\.0+)?\s*[,)]")
_TRANSLATED = re.compile(r"translate(?:x|y|3d)?\(\s*(-[^,()]+)")
_CLEAR = frozenset({"transparent", "rgba(0,0,0,0)", "rgba(0, 0, 0, 0)", "#0000", "#00000000"})
_PAINTED = "painted"
_TRANSPARENT = "transparent"
_MOVES = frozenset({"transition", "animation"})
_NOTHING: Mapping[str, str] = {}
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})\Z")
_RGB = re.compile(
    r"rgba?\(\s*([0-9]{1,3})[\s,]+([0-9]{1,3})[\s,]+([0-9]{1,3})\s*(?:[,/]\s*([0-9.]+%?)\s*)?\)\Z"
)
_NAMED = {
    "white": "ffffff",
    "black": "000000",
    "red": "ff0000",
    "blue": "0000ff",
    "green": "008000",
}
_NAMED |= {"gray": "808080", "grey": "808080", "silver": "c0c0c0", "yellow": "ffff00"}
# Elements whose content is not painted at all (HTML standard, 15.3.1).
_UNPAINTED = frozenset({"datalist", "noembed", "noframes", "rp", "head", "title"})
TELLING_LOOKS = _UNPAINTED | {"dialog"}
"""Tags that may hide what is inside them; of all others attributes and styles decide."""


@dataclass(frozen=True, slots=True)
class Look:
    """How an element is painted: `rule` is empty while a person can see it."""

    rule: str = ""
    color: str | None = None
    background: str | None = None
    unseen: bool = False
    tiny: bool = False


SEEN = Look()


def look_of(
    parent: Look,
    tag: str,
    attributes: Attributes,
    sheet: Mapping[str, str] = _NOTHING,
    urgent: Mapping[str, str] = _NOTHING,
) -> Look:
    """Return how an element looks inside its parent.

    `sheet` is what a style block of the page declares for it, `urgent` the important part of that.
    """
    if parent.rule:
        return parent
    style = attributes.get("style")
    color = attributes.get("color") if tag == "font" else None
    background = attributes.get("bgcolor")
    if not (style or color or background or sheet or urgent):
        rule = _unpainted(tag, attributes)
        return replace(parent, rule=rule) if rule else parent
    declared = {"color": color.lower()} if color else {}
    if background:
        declared["background"] = background.lower()
    declared |= {**sheet, **_declarations(style or ""), **urgent}
    shown = declared.get("display", "none") != "none"
    rule = "" if shown and "hidden" in attributes else _unpainted(tag, attributes)
    return replace(parent, rule=rule) if rule else _styled(parent, declared)


def is_pixel(attributes: Attributes) -> bool:
    """Return whether a picture is made too small to be seen."""
    sizes = [(attributes.get(side) or "").strip() for side in ("width", "height")]
    return all(size in {"0", "1", "0px", "1px"} for size in sizes)


def _unpainted(tag: str, attributes: Attributes) -> str:
    if "hidden" in attributes:
        return "hidden"
    if tag in _UNPAINTED:
        return tag
    if tag == "dialog" and "open" not in attributes:
        return "dialog"
    return ""


def _styled(parent: Look, style: Mapping[str, str]) -> Look:
    unseen = parent.unseen
    if "visibility" in style:
        unseen = style["visibility"] in {"hidden", "collapse"}
    tiny = parent.tiny
    if "font-size" in style:
        size = _length(style["font-size"])
        tiny = size is not None and size < 1 and not style["font-size"].endswith(("em", "%"))
        tiny = tiny or size == 0
    color = _text_color(style) or parent.color
    background = _background(style) or parent.background
    rule = _box_rule(style)
    if not rule and unseen:
        rule = "visibility"
    elif not rule and tiny:
        rule = "font-size"
    elif not rule and color is not None and color == background:
        rule = "same-colour"
    # Visibility, size and colour can be undone by an element inside; a hidden box cannot.
    undoable = rule in {"visibility", "font-size", "same-colour"}
    return Look("" if undoable else rule, color, background, unseen, tiny)


def rule_of(look: Look) -> str:
    """Return why an element with this look cannot be seen, or an empty string."""
    if look.rule:
        return look.rule
    if look.unseen:
        return "visibility"
    if look.tiny:
        return "font-size"
    if look.color is not None and look.color == look.background:
        return "same-colour"
    return _TRANSPARENT if look.color == _TRANSPARENT else ""


def _text_color(style: Mapping[str, str]) -> str | None:
    value = style.get("color")
    if value not in _CLEAR:
        return _color(value)
    # Letters cut out of a picture have its colour.
    return None if any(name.endswith("background-clip") for name in style) else _TRANSPARENT


def _background(style: Mapping[str, str]) -> str | None:
    value = style.get("background-color") or style.get("background")
    if any("(" in style.get(name, "") for name in ("background", "background-image")):
        # A picture or a gradient may have any colour; rgb() has brackets too.
        return _color(value) or _PAINTED
    return _color(value)


def _box_rule(style: Mapping[str, str]) -> str:
    if style.get("display") == "none":
        return "display"
    if style.get("content-visibility") == "hidden":
        return "visibility"
    opacity = _length(style.get("opacity", ""))
    # What fades in begins with no opacity.
    if opacity is not None and opacity < 0.02 and not _MOVES & style.keys():
        return "opacity"
    if _is_empty_box(style):
        return "zero-size"
    if _is_off_screen(style):
        return "off-screen"
    clip = style.get("clip", "")
    if _CLIPPED.match(clip) or _INSET.match(style.get("clip-path", "")):
        return "clipped"
    transform = style.get("transform", "")
    if _SCALED.search(transform):
        return "zero-size"
    moved = _TRANSLATED.search(transform)
    if moved is not None and (_length(moved[1]) or 0.0) <= _FAR:
        return "off-screen"
    return ""


def _is_empty_box(style: Mapping[str, str]) -> bool:
    if style.get("overflow", "").split(" ")[0] not in {"hidden", "clip"}:
        return False
    sides = (style.get(side) for side in ("width", "height", "max-width", "max-height"))
    lengths = [_length(side) for side in sides if side is not None]
    return any(length is not None and length <= 1 for length in lengths)


def _is_off_screen(style: Mapping[str, str]) -> bool:
    indent = _length(style.get("text-indent", ""))
    # Text that makes room for a picture of itself is seen as the picture.
    if indent is not None and indent <= _FAR and "url(" not in _picture(style):
        return True
    sides = ["margin-left", "margin-top"]
    if style.get("position") in {"absolute", "fixed", "relative"}:
        sides += ["left", "top", "right", "bottom"]
    lengths = (_length(style.get(side, "")) for side in sides)
    return any(length is not None and length <= _FAR for length in lengths)


def _picture(style: Mapping[str, str]) -> str:
    return style.get("background", "") + style.get("background-image", "")


def _declarations(style: str) -> dict[str, str]:
    declared: dict[str, str] = {}
    for declaration in style[:4096].lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            declared[name.strip()] = value.replace("!important", "").strip()
    return declared


def _length(value: str) -> float | None:
    """Return a length in something like pixels: 1em counts as 16, a percentage of width as 10."""
    found = _NUMBER.match(value)
    if found is None:
        return None
    factor = {"em": 16.0, "rem": 16.0, "%": 10.0, "vw": 10.0, "vh": 10.0}.get(found[2], 1.0)
    return float(found[1]) * factor


def _color(value: str | None) -> str | None:
    if not value:
        return None
    value = value.strip()
    if value in _NAMED:
        return _NAMED[value]
    hexadecimal = _HEX.match(value)
    if hexadecimal is not None:
        digits = hexadecimal[1]
        return digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    rgb = _RGB.match(value)
    if rgb is None or (rgb[4] is not None and rgb[4] not in {"1", "100%", "1.0"}):
        return None
    return "".join(f"{min(int(channel), 255):02x}" for channel in rgb.groups()[:3])

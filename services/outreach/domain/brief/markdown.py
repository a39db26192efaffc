"""A brief as Markdown, to be given to a writer; foreign words cannot become markup; pure."""

import re
from collections.abc import Iterable

from services.outreach.domain.brief.content import BriefContent

_MARKUP = re.compile(r"([\\`*_\[\]<>|~&])")
_BEGINS_BLOCK = re.compile(r"^([#+=-]|\d+(?=[.)]))")
_PLAIN_URL = re.compile(r"https?://[^\s<>]+")


def to_markdown(content: BriefContent) -> str:
    """Return the whole brief as Markdown."""
    parts = [f"# {_plain(content.title)}", *_facts(content), *_link(content)]
    if content.outline:
        parts += ["## Outline", *_outline(content)]
    parts += ["## Accepted when", _list(content.checklist, box=True)]
    if content.remarks:
        parts += ["## Remarks", _plain(content.remarks, keep_lines=True)]
    if content.unknown:
        parts += ["## Not known", _list(content.unknown)]
    return "\n\n".join(parts) + "\n"


def _facts(content: BriefContent) -> Iterable[str]:
    lines = [f"Page to link to: {_address(content.target_url)}"]
    if content.target_title:
        lines.append(f"Its title: {_plain(content.target_title)}")
    if content.keywords:
        lines.append(f"It is about: {_plain(', '.join(content.keywords))}")
    if content.host is not None:
        lines.append(f"Site that carries the link: {_plain(content.host.domain)}")
        if content.host.links_to_you:
            lines.append(f"Links that it has to us already: {content.host.links_to_you}")
    if content.method:
        lines.append(f"How the link is got: {_plain(content.method)}")
    if content.deadline is not None:
        lines.append(f"Live by: {content.deadline.isoformat()}")
    yield _list(lines, done=True)


def _link(content: BriefContent) -> Iterable[str]:
    yield "## The link"
    says = f"**{_plain(content.anchor_text)}**" if content.anchor_text else "not decided yet"
    lines = [f"It says: {says} ({_plain(content.anchor_label)})"]
    if content.alternates:
        lines.append(f"Or: {'; '.join(map(_plain, content.alternates))}")
    lines += [f"Where: {_plain(content.placing)}", f"Mark: {_plain(content.rel_sentence)}"]
    yield _list(lines, done=True)
    if content.forbidden:
        yield "It must not say:"
        yield _list((_plain(f"{one.text} ({one.because})") for one in content.forbidden), done=True)


def _outline(content: BriefContent) -> Iterable[str]:
    for section in content.outline:
        yield f"{'#' * (section.level + 1)} {_plain(section.heading)}"
        if section.purpose:
            yield _plain(section.purpose)


def _list(lines: Iterable[str], *, box: bool = False, done: bool = False) -> str:
    """Return a list; `done` says that the lines are Markdown already."""
    mark = "- [ ] " if box else "- "
    return "\n".join(mark + (line if done else _sentence(line)) for line in lines)


def _sentence(text: str) -> str:
    """Return a sentence of ours in which an address stays one."""
    parts, at = [], 0
    for found in _PLAIN_URL.finditer(text):
        parts += [_plain(text[at : found.start()]), _address(found[0])]
        at = found.end()
    return " ".join(part for part in (*parts, _plain(text[at:])) if part)


def _address(url: str) -> str:
    return f"<{url.replace('<', '%3C').replace('>', '%3E').replace(' ', '%20')}>"


def _plain(text: str, *, keep_lines: bool = False) -> str:
    lines = text.splitlines() if keep_lines else [" ".join(text.split())]
    return "\n".join(_escaped(line.strip()) for line in lines)


def _escaped(line: str) -> str:
    """Return a line in which nothing is markup, wherever it stands; what reads well stays as it is."""
    inside = _MARKUP.sub(r"\\\1", line)
    begins = _BEGINS_BLOCK.match(inside)
    if begins is None:
        return inside
    mark = begins[0]
    return f"{mark}\\{inside[len(mark) :]}" if mark[0].isdigit() else f"\\{inside}"

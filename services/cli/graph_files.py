"""The files of a web graph in a folder, and who links to a site by them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.crawler.domain.discovery import webgraph
from services.crawler.domain.discovery.hits import Damage
from services.crawler.domain.discovery.targets import Targets
from services.crawler.domain.discovery.webgraph import Neighbour, Rank
from shared.errors import InvalidError

_MONTH = "-(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)"
_RELEASE = re.compile(rf"cc-main-\d{{4}}(?:-\d\d)?(?:{_MONTH})+", re.IGNORECASE)
_UNFIT = (".graph", ".properties", ".offsets", ".stats", ".md")
Chunks = Callable[[Path, str], Iterable[bytes]]
"""Reads one file, with a word for the progress."""


@dataclass(frozen=True, slots=True)
class GraphFiles:
    """The text files of one release; a list may come in several parts."""

    vertices: Sequence[Path]
    edges: Sequence[Path]
    ranks: Sequence[Path]

    @property
    def release(self) -> str | None:
        """Return the release, if a file is named by it."""
        found = _RELEASE.search(self.vertices[0].name)
        return found[0].lower() if found else None


def graph_files(folder: Path) -> GraphFiles:
    """Find the lists by their names; raises InvalidError if vertices or edges are missing."""
    lists = {kind: _parts(folder, kind) for kind in ("vertices", "edges", "ranks")}
    missing = [kind for kind in ("vertices", "edges") if not lists[kind]]
    if missing:
        raise InvalidError(
            f"{folder} has no {' and no '.join(missing)}. It needs the text files of one release, such as "
            "cc-main-2026-apr-may-jun-domain-vertices.txt.gz and …-domain-edges.txt.gz."
        )
    return GraphFiles(**lists)


def _parts(folder: Path, kind: str) -> list[Path]:
    named = [path for path in sorted(folder.glob(f"*{kind}*")) if path.suffix not in _UNFIT]
    return [part for path in named for part in (_files_in(path) if path.is_dir() else [path])]


def _files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def neighbours(
    files: GraphFiles,
    targets: Targets,
    damage: Mapping[Path, Damage],
    read: Chunks,
    say: Callable[[str], None],
) -> Iterator[Neighbour]:
    """Yield who refers to the site, the best placed first where the release has ranks.

    Vertices are read twice and edges once, all as streams.
    """
    ids: dict[int, str] = {}
    for path in files.vertices:
        found = webgraph.find_vertices(read(path, "the site"), targets, damage[path])
        ids |= found.names
        if found.of_domains and found.names and targets.hosts.isdisjoint(found.names.values()):
            whole = ", ".join(sorted(found.names.values()))
            say(f"This graph knows domains only: what follows links to {whole} as a whole.")
    edges: list[tuple[int, int]] = []
    for path in files.edges if ids else ():
        edges += webgraph.find_edges(read(path, "links"), ids, damage[path])
    sources, names = {begin for begin, _ in edges}, dict[int, str]()
    for path in files.vertices if sources else ():
        names |= webgraph.find_names(read(path, "names"), sources, damage[path])
    ranks: dict[str, Rank] = {}
    for path in files.ranks if names else ():
        ranks |= webgraph.find_ranks(read(path, "ranks"), names.values(), damage[path])
    yield from sorted(
        Neighbour(names[begin], ids[end], files.release, ranks.get(names[begin]))
        for begin, end in edges
        if begin in names
    )

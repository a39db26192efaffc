"""Finds who links to a site in Common Crawl's web graph: names and numbers, no pages.

A release is text: vertices (`id`, reversed name; of domains also how many hosts), edges (`from id`,
`to id`), and ranks. An edge is any reference that a page made, a script and a picture too
(https://commoncrawl.org/web-graphs).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.crawler.domain.discovery.hits import Damage
from services.crawler.domain.discovery.targets import Targets
from services.crawler.domain.discovery.unpacking import unpacked
from shared import urls

MOST_EDGES = 1_000_000
"""Edges to one site that are kept; what the largest sites have beyond is only said to be there."""

_FEW = 16
_LONGEST_LINE = 65_536
_NO_VERTICES = "there is no list of vertices in it"
_NO_EDGES = "there is no list of edges in it"
_NO_RANKS = "there is no list of ranks in it"
_TOO_MANY = f"more than {MOST_EDGES:,} names link to the site, and the rest were left out"
_LONG = "a line is longer than any of a graph, and was left out"
_RANKS = ("#harmonicc_pos", "#harmonicc_val", "#pr_pos", "#pr_val", "#host_rev", "#n_hosts")


@dataclass(frozen=True, slots=True)
class Rank:
    """The places of a name among all of its release, counted from 1."""

    harmonic: int
    pagerank: int


@dataclass(frozen=True, slots=True)
class Vertices:
    """The names of a site in a graph, by id; `of_domains` if it holds registrable domains only."""

    names: Mapping[int, str]
    of_domains: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A name that refers to one of the site's."""

    name: str
    target: str
    release: str | None
    rank: Rank | None

    def __lt__(self, other: "Neighbour") -> bool:
        """Sort the best placed first, and those of unknown place behind all others."""
        return self._order < other._order

    @property
    def _order(self) -> tuple[bool, int, str, str]:
        place = self.rank.harmonic if self.rank else 0
        return (self.rank is None, place, self.name, self.target)


def find_vertices(chunks: Iterable[bytes], targets: Targets, damage: Damage) -> Vertices:
    """Return the names of the site and below it; a graph of domains has only the domain of each."""
    domains = {urls.domain_or_host(host) for host in targets.hosts}
    needles = [b"\t" + _turned(host).encode() for host in (*targets.hosts, *domains)]
    names: dict[int, str] = {}
    of_domains: bool | None = None
    for block in _blocks(chunks, damage):
        if of_domains is None:
            of_domains = block[1 : block.index(b"\n", 1)].count(b"\t") == 2
        if any(needle in block for needle in needles):
            for number, name in _named(block):
                host = _turned(name.decode("ascii", "replace"))
                if host in domains if of_domains else targets.has(host):
                    names[int(number)] = host
    if of_domains is None:
        damage.note(_NO_VERTICES)
    return Vertices(names, bool(of_domains))


def find_edges(
    chunks: Iterable[bytes], ids: Collection[int], damage: Damage
) -> list[tuple[int, int]]:
    """Return the edges (from, to) that lead to one of the ids from any other vertex."""
    found: list[tuple[int, int]] = []
    wanted = {b"%d" % number for number in ids}
    read = _edges_by_needle if len(wanted) <= _FEW else _edges_by_line
    is_empty = True
    for block in _blocks(chunks, damage):
        is_empty = False
        for begin, end in read(block, wanted):
            if begin in wanted:
                continue
            if len(found) == MOST_EDGES:
                damage.note(_TOO_MANY)
                return found
            if begin.isdigit():
                found.append((int(begin), int(end)))
    if is_empty:
        damage.note(_NO_EDGES)
    return found


def find_names(chunks: Iterable[bytes], ids: Collection[int], damage: Damage) -> dict[int, str]:
    """Return the names of vertices by their ids."""
    wanted = {b"%d" % number for number in ids}
    return {
        int(number): _turned(name.decode("ascii", "replace"))
        for block in _blocks(chunks, damage)
        for number, name in _named(block)
        if number in wanted
    }


def find_ranks(chunks: Iterable[bytes], names: Collection[str], damage: Damage) -> dict[str, Rank]:
    """Return the ranks of names, of which a release without one for them has none."""
    wanted = {_turned(name).encode() for name in names}
    columns = {name: at for at, name in enumerate(_RANKS)}
    found: dict[str, Rank] = {}
    is_list = False
    for block in _blocks(chunks, damage):
        for line in block.split(b"\n"):
            cells = line.split(b"\t")
            if line.startswith(b"#"):
                columns |= {cell.decode("ascii", "replace"): at for at, cell in enumerate(cells)}
            elif len(cells) >= 5 and cells[columns["#host_rev"]] in wanted:
                rank = _rank(cells, columns)
                if rank is not None:
                    found[_turned(cells[columns["#host_rev"]].decode("ascii"))] = rank
            is_list = is_list or len(cells) >= 5
    if not is_list:
        damage.note(_NO_RANKS)
    return found


def _rank(cells: list[bytes], columns: Mapping[str, int]) -> Rank | None:
    harmonic, pagerank = cells[columns["#harmonicc_pos"]], cells[columns["#pr_pos"]]
    if harmonic.isdigit() and pagerank.isdigit():
        return Rank(int(harmonic), int(pagerank))
    return None


def _turned(name: str) -> str:
    """Return com.example of example.com, and the other way round."""
    return ".".join(reversed(name.split(".")))


def _named(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    for line in block.split(b"\n"):
        number, tab, rest = line.partition(b"\t")
        if tab and number.isdigit():
            yield number, rest.partition(b"\t")[0]


def _edges_by_needle(block: bytes, wanted: Collection[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Read only around the few ids that are wanted: as fast as memory is."""
    for number in wanted:
        needle = b"\t" + number + b"\n"
        at = block.find(needle)
        while at >= 0:
            yield block[block.rfind(b"\n", 0, at) + 1 : at], number
            at = block.find(needle, at + len(needle) - 1)


def _edges_by_line(block: bytes, wanted: Collection[bytes]) -> Iterator[tuple[bytes, bytes]]:
    for line in block.split(b"\n"):
        begin, _, end = line.partition(b"\t")
        if end in wanted:
            yield begin, end


def _blocks(chunks: Iterable[bytes], damage: Damage) -> Iterator[bytes]:
    """Yield whole lines, many at once, each between two line feeds."""
    rest, is_lost = b"", False
    for piece in unpacked(chunks, damage):
        if piece is None:
            rest, is_lost = b"", True
            continue
        head, feed, tail = (rest + piece).rpartition(b"\n")
        if feed and is_lost:
            head = head.partition(b"\n")[2]
        if feed and head:
            yield b"\n" + head + b"\n"
        is_lost = is_lost and not feed
        rest = tail
        if len(rest) > _LONGEST_LINE:
            damage.note(_LONG)
            rest, is_lost = b"", True
    if rest and not is_lost:
        yield b"\n" + rest + b"\n"

"""Whether copies are what they are copies of: both sides' counts and hashes, site by site; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from shared.copy_list import COPIES, Copy

Sites = Mapping[str, Sequence[int]]
_MOST_SITES = 20


@dataclass(frozen=True, slots=True)
class Compared:
    """One copy: how many rows its owner has, how many the copy, and the sites on which they differ."""

    service: str
    copy: str
    same: bool
    known: bool
    should: int
    is_: int
    sites: tuple[str, ...]
    more_sites: int
    sentence: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(faces: Iterable[Mapping[str, Any]], wanted: Iterable[Copy] = COPIES) -> list[Compared]:
    """Compare every copy that is wanted; one of which a side did not answer is not known, never different."""
    sides: dict[tuple[str, str, bool], Sites] = {
        (face["service"], face["copy"], face["is_owner"]): face["sites"] for face in faces
    }
    return [
        _compared(
            one, sides.get((one.service, one.name, True)), sides.get((one.service, one.name, False))
        )
        for one in wanted
    ]


def _compared(one: Copy, owned: Sites | None, held: Sites | None) -> Compared:
    if owned is None or held is None:
        silent = one.owner if owned is None else one.service
        sentence = f"Not compared: the service {silent} did not answer."
        return Compared(one.service, one.name, True, False, 0, 0, (), 0, sentence)
    differ = sorted(
        site
        for site in {*owned, *held}
        if tuple(owned.get(site, (0, 0))) != tuple(held.get(site, (0, 0)))
    )
    should, is_ = _rows(owned), _rows(held)
    sentence = one.sentence.format(is_=f"{is_:,}", should=f"{should:,}")
    if differ:
        places = "one site" if len(differ) == 1 else f"{len(differ):,} sites"
        sentence += f" They differ on {places}; a rebuild sends them again."
    return Compared(
        one.service,
        one.name,
        not differ,
        True,
        should,
        is_,
        tuple(differ[:_MOST_SITES]),
        max(len(differ) - _MOST_SITES, 0),
        sentence,
    )


def _rows(sites: Sites) -> int:
    return sum(counts[0] for counts in sites.values())

"""Playbooks: honest texts to begin with for six ways to earn a link, in English and German."""

from collections.abc import Mapping
from enum import StrEnum

from services.outreach.domain.sequences.playbooks import english, german
from services.outreach.domain.sequences.playbooks.about import ABOUT, About, Way
from services.outreach.domain.sequences.steps import Step

__all__ = ["ABOUT", "STEPS", "About", "Language", "Way", "meaning_of"]


class Language(StrEnum):
    ENGLISH = "en"
    GERMAN = "de"


def meaning_of(name: str, method: str | None) -> str | None:
    """Return what a variable stands for in the playbook of a method."""
    way = next((way for way in Way if way.method == method), None)
    return None if way is None else ABOUT[way].needs.get(name)


STEPS: Mapping[Language, Mapping[Way, tuple[Step, ...]]] = {
    Language.ENGLISH: english.STEPS,
    Language.GERMAN: german.STEPS,
}

"""Playbooks: honest texts to begin with for six ways to earn a link, in English and German."""

from collections.abc import Mapping
from enum import StrEnum

from services.outreach.domain.sequences.playbooks import english, german
from services.outreach.domain.sequences.playbooks.about import ABOUT, About, Way
from services.outreach.domain.sequences.steps import Step

__all__ = ["ABOUT", "STEPS", "About", "Language", "Way"]


class Language(StrEnum):
    ENGLISH = "en"
    GERMAN = "de"


STEPS: Mapping[Language, Mapping[Way, tuple[Step, ...]]] = {
    Language.ENGLISH: english.STEPS,
    Language.GERMAN: german.STEPS,
}

"""How the places of a link on its page differ from those of its baseline."""

import pytest

from services.profile.domain.diff import diff
from services.profile.domain.facts import Facts, decode_facts, encode_facts, facts_of
from shared.events import Occurrence
from shared.vocabulary import LinkKind, Position, Reason
from tests.profile.builders import an_observation, an_occurrence

TOP = an_occurrence(anchor_text="Ropes")
END = an_occurrence(anchor_text="Acme", position=Position.FOOTER)
NEW = an_occurrence(anchor_text="Sails")
PICTURE = an_occurrence(anchor_text="A rope", image_alt="A rope", kind=LinkKind.IMAGE)
UNFOLLOWED = an_occurrence(anchor_text="Acme", position=Position.FOOTER, rel=("nofollow",))


def facts(*places: Occurrence) -> Facts:
    return facts_of(an_observation(1), places)


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [
        ((TOP,), (TOP,), ()),
        ((TOP, END), (TOP, END), ()),
        ((TOP, NEW), (NEW, TOP), ()),
        ((TOP, END), (TOP,), ()),
        ((TOP,), (TOP, END), ()),
        ((END,), (NEW, END), ()),
        ((TOP, TOP), (TOP,), ()),
        ((TOP, END), (END,), (Reason.DUPLICATE_ONLY,)),
        ((TOP, NEW), (NEW,), (Reason.DUPLICATE_ONLY,)),
        ((TOP, PICTURE), (PICTURE,), (Reason.DUPLICATE_ONLY,)),
        ((TOP, UNFOLLOWED), (UNFOLLOWED,), (Reason.NOFOLLOW_ADDED, Reason.DUPLICATE_ONLY)),
        ((TOP, END), (UNFOLLOWED,), (Reason.NOFOLLOW_ADDED, Reason.DUPLICATE_ONLY)),
        ((TOP,), (END,), (Reason.ANCHOR_CHANGED, Reason.MOVED_ON_PAGE)),
        ((TOP,), (NEW,), (Reason.ANCHOR_CHANGED,)),
        ((TOP, END), (NEW, END), (Reason.ANCHOR_CHANGED,)),
    ],
)
def test_places_that_went_came_or_stayed(
    before: tuple[Occurrence, ...], after: tuple[Occurrence, ...], reasons: tuple[Reason, ...]
) -> None:
    assert diff(facts(*before), facts(*after)) == reasons


def test_a_row_keeps_the_copies_and_older_rows_have_none() -> None:
    both = facts(TOP, END)
    stored = encode_facts(both)
    assert stored is not None
    assert decode_facts(stored) == both
    old = decode_facts(stored.replace(f',"copies":[{END_MARK}]', ""))
    assert old is not None
    assert old.copies == ()


END_MARK = facts(END).mark

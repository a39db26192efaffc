"""Events as they go over the wire."""

import orjson

from shared import clock
from shared.events import ENVELOPE_FIELDS, LinkChecked, Observation, decode
from shared.ids import new_id
from shared.vocabulary import Outcome


def a_check() -> LinkChecked:
    seen = Observation(
        page_id=new_id(),
        check_id=new_id(),
        check_seq=3,
        checked_at=clock.now(),
        outcome=Outcome.FOUND,
        final_url="https://blog.example/é",
    )
    return LinkChecked(
        workspace_id=new_id(),
        site_id=new_id(),
        link_id=new_id(),
        observation=seen,
        missing_streak=1,
    )


def test_an_event_of_data_at_hand_is_the_same_on_the_wire() -> None:
    event = a_check()
    assert event.workspace_id is not None
    assert event.site_id is not None
    at_hand = LinkChecked.encode_data(
        orjson.loads(event.model_dump_json(exclude=set(ENVELOPE_FIELDS))),
        subject=event.link_id,
        workspace_id=event.workspace_id,
        site_id=event.site_id,
    )
    read, own = decode(at_hand.encode()), {"event_id", "occurred_at"}
    assert (at_hand.name, at_hand.event_id) == (LinkChecked.name, read.event_id)
    assert read.model_dump(exclude=own) == event.model_dump(exclude=own)
    attributes, others = orjson.loads(at_hand.body), orjson.loads(event.encode())
    assert attributes.keys() == others.keys()
    assert {key for key in others if attributes[key] != others[key]} <= {"id", "time", "data"}

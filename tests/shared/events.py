"""Events for the bus tests: valid by default, as small as their contracts allow."""

from uuid import UUID

from shared import clock
from shared.events import LinkChecked, LinkTracked, Observation, SiteCreated
from shared.ids import new_id
from shared.vocabulary import Outcome


def a_check(*, check_seq: int = 1, link_id: UUID | None = None) -> LinkChecked:
    return LinkChecked(
        workspace_id=new_id(),
        site_id=new_id(),
        link_id=link_id or new_id(),
        observation=Observation(
            page_id=new_id(),
            check_id=new_id(),
            check_seq=check_seq,
            checked_at=clock.now(),
            outcome=Outcome.FOUND,
        ),
    )


def a_site(version_no: int = 1) -> SiteCreated:
    return SiteCreated(
        workspace_id=new_id(), site_id=new_id(), version_no=version_no, domain="alice.example"
    )


def a_tracked_link() -> LinkTracked:
    return LinkTracked(
        workspace_id=new_id(),
        site_id=new_id(),
        link_id=new_id(),
        referring_url="https://blog.example/post",
        page_key=new_id(),
        hosts=("alice.example",),
        known_since=clock.now(),
    )

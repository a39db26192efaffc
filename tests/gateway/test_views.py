"""Views: filters under a name, one's own or shared, and nobody else's business."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from services.gateway import handlers
from services.gateway.store import views
from shared.db import Database
from shared.events import SiteDeleted
from shared.ids import new_id
from tests.gateway.conftest import House
from tests.http import Http

LOST = {"status": "lost", "sort": "-value"}


async def a_view(http: Http, site_id: UUID, **given: Any) -> dict[str, Any]:
    body = {"site_id": str(site_id), "name": "Gone and dear", "filters": LOST, **given}
    answer = await http.post("/v1/views", body)
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json()
    return found


async def names(http: Http, site_id: UUID) -> list[str]:
    answer = await http.get(f"/v1/views?site_id={site_id}")
    assert answer.status == 200, answer.body
    return [one["name"] for one in answer.json()["items"]]


async def test_a_view_comes_back_as_it_was_kept(house: House) -> None:
    site = await house.a_site()
    made = await a_view(house.alice, site)
    found = (await house.alice.get(f"/v1/views/{made['id']}")).json()
    assert found == made
    assert (found["filters"], found["shared"], found["may_change"]) == (LOST, False, True)

    changing = house.alice.sending(if_match="*")
    path = f"/v1/views/{made['id']}"
    changed = (await changing.patch(path, {"filters": {"followed": "false"}})).json()
    assert (changed["name"], changed["filters"]) == ("Gone and dear", {"followed": "false"})
    assert changed["version"] == made["version"] + 1
    stale = house.alice.sending(if_match='W/"1"')
    assert (await stale.patch(path, {"name": "x"})).status == 412
    assert (await house.alice.delete(path)).status == 204
    assert await names(house.alice, site) == []


async def test_only_shared_views_are_seen_by_others_and_changed_by_editors(house: House) -> None:
    site = await house.a_site()
    editor = await house.a_key(sites={str(site): "editor"})
    viewer = await house.a_key(sites={str(site): "viewer"})
    secret = await a_view(editor, site, name="mine alone")
    shared = await a_view(editor, site, name="for all", shared=True)
    assert await names(editor, site) == ["mine alone", "for all"]
    assert await names(viewer, site) == await names(house.alice, site) == ["for all"]
    assert (await house.alice.get(f"/v1/views/{secret['id']}")).status == 404

    path = f"/v1/views/{shared['id']}"
    seen = (await viewer.get(path)).json()
    assert seen["may_change"] is False
    assert (await viewer.sending(if_match="*").patch(path, {"name": "x"})).status == 403
    assert (await viewer.delete(path)).status == 403
    assert (await house.alice.delete(path)).status == 204

    own = await a_view(viewer, site, name="a viewer's own")
    refused = await viewer.sending(if_match="*").patch(f"/v1/views/{own['id']}", {"shared": True})
    assert refused.status == 403


async def test_views_of_another_site_are_as_if_they_were_not_there(house: House) -> None:
    mine, other = await house.a_site(), await house.a_site("other.example")
    stranger = await house.a_key(sites={str(mine): "editor"})
    view = await a_view(house.alice, other, shared=True)
    assert (await stranger.get(f"/v1/views?site_id={other}")).status == 404
    body = {"site_id": str(other), "name": "x", "filters": {}}
    assert (await stranger.post("/v1/views", body)).status == 404
    path = f"/v1/views/{view['id']}"
    for answer in (
        await stranger.get(path),
        await stranger.delete(path),
        await stranger.sending(if_match="*").patch(path, {"name": "x"}),
    ):
        assert answer.status == 404
    nowhere = {"site_id": str(new_id()), "name": "x", "filters": {}}
    assert (await house.alice.post("/v1/views", nowhere)).status == 404


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"filters": {"colour": "red"}}, "/filters/colour"),
        ({"filters": {"cursor": "abc"}}, "/filters/cursor"),
        ({"filters": {"status": "x" * 501}}, "/filters/status"),
        ({"name": "   "}, "/name"),
    ],
)
async def test_what_links_are_not_filtered_by_is_refused_by_name(
    house: House, given: dict[str, Any], pointer: str
) -> None:
    body = {"site_id": str(await house.a_site()), "name": "x", "filters": {}, **given}
    answer = await house.alice.post("/v1/views", body)
    assert answer.status == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


async def test_names_are_ones_own_and_their_number_is_bounded(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = await house.a_site()
    await a_view(house.alice, site)
    body = {"site_id": str(site), "name": "Gone and dear", "filters": {}}
    taken = await house.alice.post("/v1/views", body)
    assert (taken.status, taken.json()["code"]) == (409, "name-taken")
    await a_view(await house.a_key(sites={str(site): "viewer"}), site)
    monkeypatch.setattr(views, "MAX_VIEWS", 1)
    full = await house.alice.post("/v1/views", {**body, "name": "one more"})
    assert (full.status, full.json()["code"]) == (409, "too-many-views")


async def test_the_views_of_a_site_go_with_it(
    house: House, db_for: Callable[[str], Database]
) -> None:
    gone, stays = await house.a_site(), await house.a_site("other.example")
    for site in (gone, stays):
        await a_view(house.alice, site)
    event = SiteDeleted(
        workspace_id=house.workspace_id, site_id=gone, version_no=2, domain="alice.example"
    )
    async with db_for("gateway").begin() as tx:
        await handlers.on_site_deleted([event], tx)
    assert await names(house.alice, gone) == []
    assert await names(house.alice, stays) == ["Gone and dear"]

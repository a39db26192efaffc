"""Briefs: made from the plan, changed in versions, approved, handed on as Markdown, promised."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from services.outreach.domain.brief.content import BriefContent, Order, new_content
from services.outreach.domain.brief.markdown import to_markdown
from services.outreach.domain.plan.texts import advise
from shared.anchor_bands import Group
from shared.events import SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from shared.vocabulary import Role
from tests.outreach.conftest import a_caller, body_of
from tests.outreach.plan.builders import some_facts

FACTS = some_facts().model_dump(mode="json")


def some_content(**given: Any) -> BriefContent:
    facts = some_facts()
    advice = advise(facts, facts.targets[1], Group.PARTIAL, used_on_host=["Garden chairs of teak"])
    order = Order(domain="blog.example", method=None, deadline=date(2026, 12, 9))
    content = new_content(facts, facts.targets[1], advice, order)
    return content.model_copy(update=given)


# ---- what it says ---------------------------------------------------------------------------------


def test_a_brief_says_what_is_known_and_names_what_is_not() -> None:
    content = some_content()
    assert content.keywords == ["garden furniture", "garden chairs"]
    assert content.anchor_text not in {None, "Garden chairs of teak"}
    assert [one.text for one in content.forbidden] == ["Garden chairs of teak"]
    assert any("none of its pages was read" in one for one in content.unknown)
    assert content.checklist[-1] == "It is live by 2026-12-09."
    assert some_content() == content


def test_a_link_into_a_text_that_stands_needs_a_paragraph_only() -> None:
    facts = some_facts()
    advice = advise(facts, facts.targets[0], Group.BRANDED, used_on_host=())
    order = Order(domain=None, method="niche edit", deadline=None)
    content = new_content(facts, facts.targets[0], advice, order)
    assert [one.heading for one in content.outline] == ["The paragraph to add", "Where it goes"]
    assert "none is named yet" in content.unknown[0]


@settings(max_examples=40)
@given(st.text(max_size=60), st.text(max_size=60))
def test_foreign_words_never_become_markup(title: str, text: str) -> None:
    whole = to_markdown(some_content(target_title=f"x{title}", anchor_text=f"x{text}"))
    tokens = MarkdownIt().parse(whole)
    inside = [child for token in tokens for child in token.children or ()]
    assert not [one for one in inside if one.type in {"image", "html_inline", "code_inline"}]
    links = [one.attrs["href"] for one in inside if one.type == "link_open"]
    assert set(links) == {"https://acme.example/garden-chairs"}
    assert not [token for token in tokens if token.type in {"html_block", "fence", "code_block"}]


# ---- through its routes ---------------------------------------------------------------------------


class Writer:
    """Alice, who has texts written for one site."""

    def __init__(self, client: ServiceClient, site: SiteCreated) -> None:
        self.client, self.site = client, site

    async def send(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        headers = {"If-Match": "*"} if method == "PATCH" else {}
        answer = await self.client.send(
            method, path, caller=a_caller(self.site), body=body, headers=headers
        )
        return body_of(answer, status)

    async def brief(self, status: int = 201, **given: Any) -> Any:
        body = {"site_id": str(self.site.site_id), "facts": FACTS} | given
        return await self.send("POST", "/v1/briefs", body, status)

    async def plan(self) -> Any:
        path = f"/v1/sites/{self.site.site_id}/plan/solve"
        return await self.send("POST", path, {"months": 2, "facts": FACTS})


@pytest.fixture
def alice(client: ServiceClient, site: SiteCreated) -> Writer:
    return Writer(client, site)


async def test_briefs_take_one_slot_after_the_other_and_never_say_the_same_on_a_host(
    alice: Writer,
) -> None:
    slots = (await alice.plan())["open_slots"]
    first = await alice.brief(referring_domain="blog.example")
    second = await alice.brief(referring_domain="blog.example")
    assert [first["slot_id"], second["slot_id"]] == [slot["slot_id"] for slot in slots[:2]]
    assert first["content"]["deadline"] == slots[0]["due_on"]
    assert first["anchor_text"] != second["anchor_text"]
    taken = await alice.brief(status=409, slot_id=slots[0]["slot_id"])
    assert taken["code"] == "has-brief"
    path = f"/v1/briefs/{second['brief_id']}"
    changed = await alice.send("PATCH", path, {"anchor_text": first["anchor_text"]})
    assert len(changed["warnings"]) == 1
    assert "with these words already" in changed["warnings"][0]
    await alice.send("DELETE", path, status=204)
    again = await alice.brief(slot_id=second["slot_id"])
    assert again["referring_domain"] is None
    listed = await alice.send("GET", "/v1/briefs")
    assert [one["brief_id"] for one in listed["items"]] == [again["brief_id"], first["brief_id"]]


async def test_an_edit_takes_the_approval_back_and_every_version_is_kept(alice: Writer) -> None:
    path = f"/v1/briefs/{(await alice.brief())['brief_id']}"
    early = await alice.send("PATCH", path, {"state": "sent"}, 409)
    assert early["code"] == "not-approved"
    approved = await alice.send("PATCH", path, {"state": "approved"})
    assert (approved["state"], approved["approved_by"]) == ("approved", "Alice")
    edited = await alice.send("PATCH", path, {"paid": True, "remarks": "Send photos."})
    assert (edited["state"], edited["approved_by"]) == ("draft", None)
    assert edited["content"]["rel"] == ["sponsored"]
    followed = await alice.send("PATCH", path, {"rel": []})
    assert "Google's rules" in followed["warnings"][0]
    versions = (await alice.send("GET", f"{path}/versions"))["items"]
    assert [one["version"] for one in versions] == [4, 3, 2, 1]
    assert versions[-1]["content"]["remarks"] == ""


async def test_an_approved_brief_makes_the_placement_and_fills_its_slot(alice: Writer) -> None:
    await alice.plan()
    brief = await alice.brief(referring_domain="blog.example", paid=True)
    path = f"/v1/briefs/{brief['brief_id']}"
    assert (await alice.send("POST", f"{path}/placement", {}, 409))["code"] == "not-approved"
    await alice.send("PATCH", path, {"state": "approved"})
    placement = await alice.send("POST", f"{path}/placement", {"note": "as written"}, 201)
    assert (placement["anchor_text"], placement["rel"]) == (brief["anchor_text"], ["sponsored"])
    assert placement["referring_domain"] == "blog.example"
    assert placement["go_live_on"] == brief["content"]["deadline"]
    twice = await alice.send("POST", f"{path}/placement", {}, 409)
    assert twice["code"] == "has-placement"
    slots = await alice.send("GET", f"/v1/sites/{alice.site.site_id}/plan/slots")
    [filled] = [one for one in slots["items"] if one["state"] == "promised"]
    assert (filled["slot_id"], filled["brief_id"]) == (brief["slot_id"], brief["brief_id"])


async def test_what_a_brief_cannot_be_for_is_named(alice: Writer) -> None:
    for name in ("slot_id", "prospect_id"):
        problem = await alice.brief(status=422, **{name: str(new_id())})
        assert [one["pointer"] for one in problem["errors"]] == [f"/{name}"]
    nobody = a_caller(alice.site, Role.CLIENT)
    answer = await alice.client.send("GET", "/v1/briefs", caller=nobody)
    assert body_of(answer)["items"] == []


async def test_a_brief_is_given_to_a_writer_as_markdown(alice: Writer) -> None:
    brief = await alice.brief(referring_domain="blog.example", remarks="# no heading")
    path = f"/v1/briefs/{brief['brief_id']}/markdown"
    answer = await alice.client.send("GET", path, caller=a_caller(alice.site, Role.VIEWER))
    text = answer.body.decode()
    assert answer.header("content-type") == "text/markdown; charset=utf-8"
    assert "## Accepted when" in text
    assert "\\# no heading" in text

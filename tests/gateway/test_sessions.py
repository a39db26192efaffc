"""Signing in: one-time links, passwords, sessions and what protects them."""

from datetime import timedelta

from services.gateway.store import logins
from shared import clock
from tests.gateway.conftest import House
from tests.http import Http


def cookie_of(answer: object) -> str:
    header = answer.header("set-cookie")  # type: ignore[attr-defined]
    assert header is not None
    return str(header).partition(";")[0]


async def signed_in(house: House) -> Http:
    answer = await house.nobody.get(f"/login?token={house.login_token}")
    return house.nobody.sending(cookie=cookie_of(answer))


async def test_a_login_link_signs_in_and_leads_to_the_console(house: House) -> None:
    answer = await house.nobody.get(f"/login?token={house.login_token}")

    assert (answer.status, answer.header("location")) == (303, "/")
    header = answer.header("set-cookie") or ""
    assert "HttpOnly" in header
    assert "SameSite=strict" in header
    me = await house.nobody.sending(cookie=cookie_of(answer)).get("/v1/me")
    assert me.json()["workspace_role"] == "owner"


async def test_a_login_link_works_once(house: House) -> None:
    await house.nobody.get(f"/login?token={house.login_token}")

    again = await house.nobody.get(f"/login?token={house.login_token}")

    assert again.status == 303
    assert again.header("set-cookie") is None


async def test_an_old_login_link_does_not_work(house: House) -> None:
    user_id = (await house.alice.get("/v1/users")).json()["items"][0]["id"]
    async with house.db.begin() as tx:
        yesterday = clock.now() - timedelta(days=1)
        token = await logins.add_link(tx, user_id, now=yesterday, life=timedelta(hours=1))

    answer = await house.nobody.get(f"/login?token={token}")

    assert answer.header("set-cookie") is None


async def test_bootstrap_makes_one_workspace_however_often_it_runs(house: House) -> None:
    async with house.db.begin() as tx:
        again = await logins.bootstrap(tx, now=clock.now())

    assert (again.workspace_id, again.key) == (house.workspace_id, None)
    assert again.login_token != house.login_token


async def test_a_change_by_cookie_needs_our_header_or_our_origin(house: House) -> None:
    browser = await signed_in(house)
    body = {"domain": "x.example"}

    assert (await browser.post("/v1/sites", body)).json()["code"] == "csrf"
    evil = await browser.post("/v1/sites", body, origin="https://evil.example")
    assert evil.status == 403
    ours = await browser.post("/v1/sites", body, x_anchorwatch_console="1")
    assert ours.status == 201
    same = await browser.post("/v1/sites", body, origin="http://anchorwatch.internal")
    assert same.status == 201


async def test_signing_out_ends_the_session(house: House) -> None:
    browser = await signed_in(house)
    assert (await browser.get("/v1/me")).status == 200

    out = await browser.sending(x_anchorwatch_console="1").delete("/v1/sessions/current")

    assert out.status == 204
    assert (await browser.get("/v1/me")).status == 401


async def test_a_password_signs_in_and_a_wrong_one_does_not(house: House) -> None:
    browser = (await signed_in(house)).sending(x_anchorwatch_console="1")
    changed = await browser.put("/v1/me/password", {"password": "correct horse battery"})
    assert changed.status == 204
    assert (await browser.get("/v1/me")).status == 401, "old sessions end"

    email = "owner@anchorwatch.local"
    wrong = await house.nobody.post("/v1/sessions", {"email": email, "password": "no"})
    assert wrong.status == 401
    right = {"email": email.upper(), "password": "correct horse battery"}
    answer = await house.nobody.post("/v1/sessions", right)
    assert answer.status == 204
    assert (await house.nobody.sending(cookie=cookie_of(answer)).get("/v1/me")).status == 200


async def test_an_invited_user_signs_in_by_link_and_sees_only_their_site(house: House) -> None:
    mine, other = await house.a_site("mine.example"), await house.a_site("other.example")
    user = (await house.alice.post("/v1/users", {"email": "bob@example.com"})).json()
    grant = {"actor_id": user["id"], "site_id": str(mine), "role": "editor"}
    assert (await house.alice.post("/v1/grants", grant)).status == 201

    link = (await house.alice.post(f"/v1/users/{user['id']}/login-links")).json()
    bob = house.nobody.sending(cookie=cookie_of(await house.nobody.get(link["path"])))

    assert (await bob.get(f"/v1/sites/{mine}")).status == 200
    assert (await bob.get(f"/v1/sites/{other}")).status == 404
    assert [s["id"] for s in (await bob.get("/v1/sites")).json()["items"]] == [str(mine)]


async def test_a_disabled_user_is_out_at_once(house: House) -> None:
    user = await house.alice.post("/v1/users", {"email": "bob@example.com"})
    path = f"/v1/users/{user.json()['id']}"
    link = (await house.alice.post(f"{path}/login-links")).json()
    bob = house.nobody.sending(cookie=cookie_of(await house.nobody.get(link["path"])))
    assert (await bob.get("/v1/me")).status == 200
    tag = (await house.alice.get(path)).header("etag") or ""

    await house.alice.patch(path, {"disabled": True}, if_match=tag)

    assert (await bob.get("/v1/me")).status == 401


async def test_the_last_owner_stays(house: House) -> None:
    owner = (await house.alice.get("/v1/users")).json()["items"][0]
    path = f"/v1/users/{owner['id']}"
    tag = (await house.alice.get(path)).header("etag") or ""

    answer = await house.alice.patch(path, {"workspace_role": "viewer"}, if_match=tag)

    assert answer.status == 409


async def test_guessing_passwords_is_limited(start_house: object) -> None:
    house: House = await start_house(sign_in_limit=3)  # type: ignore[operator]
    body = {"email": "a@example.com", "password": "guess"}
    answers = [(await house.nobody.post("/v1/sessions", body)).status for _ in range(4)]

    assert answers == [401, 401, 401, 429]

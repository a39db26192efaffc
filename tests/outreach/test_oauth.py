"""Mailboxes sign in with OAuth 2.0: consent bound to a person, tokens kept sealed and fresh, mail servers shown them."""

import asyncio
import base64
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.outreach.api.mail_house import MailHouse
from services.outreach.app import create_app
from services.outreach.domain.oauth import flow, sasl
from services.outreach.domain.oauth.flow import Grant, Problem, Refusal
from services.outreach.domain.oauth.providers import MailApp, MailProvider, endpoints_of
from services.outreach.domain.oauth.sasl import Mechanism
from services.outreach.jobs.sealing import seal_all
from services.outreach.settings import Settings
from shared.db import Database
from shared.events import SiteCreated
from shared.http import DirectTransport, ServiceClient
from shared.ids import new_id
from shared.vault import Vault
from shared.vocabulary import Role
from tests.fakes import RecordingBus
from tests.mailroom import mailroom
from tests.outreach.conftest import SECRET as INTERNAL
from tests.outreach.imap import USER, ImapServer
from tests.outreach.oauth import CLIENT, HOST, SECRET, TokenHouse, TokenRoom
from tests.outreach.refreshing_process import MASTER
from tests.outreach.test_mail_api import RECORDS, Desk

APP = {
    "client_id": CLIENT,
    "client_secret": SECRET,
    "authorize_url": f"http://{HOST}/authorize",
    "token_url": f"http://{HOST}/token",
    "revoke_url": f"http://{HOST}/revoke",
    "scopes": "mail offline_access",
}
MAILBOX = {
    "address": "ann@ours.example",
    "username": USER,
    "sign_in": "oauth",
    "provider": "other",
    "smtp_host": "smtp.mail.example",
    "smtp_security": "none",
    "imap_host": "imap.mail.example",
    "imap_port": 143,
    "imap_security": "none",
}
ORIGIN = {"origin": "http://localhost:8080"}


@dataclass
class Scene:
    """A workspace with an app at a provider, and a mailbox there to which nobody signed in yet."""

    database: Database
    desk: Desk
    house: TokenHouse
    room: TokenRoom
    imap: ImapServer
    mailbox_id: UUID

    @property
    def path(self) -> str:
        return f"/v1/mailboxes/{self.mailbox_id}"

    async def begin(self) -> str:
        begun = await self.desk.ask("POST", f"{self.path}/sign-in", ORIGIN)
        return str(begun["authorize_url"])

    async def finish(self, status: int = 200, **changed: str) -> Any:
        came = self.house.agree(await self.begin()) | changed
        return await self.desk.ask("POST", "/v1/mail-sign-ins", came, status)

    async def findings(self) -> dict[str, Any]:
        checked = await self.desk.ask("POST", f"{self.path}/preflight")
        return {one["check"]: one for one in checked["findings"]} | {"state": checked["state"]}

    async def rows(self, table: str) -> list[dict[str, Any]]:
        async with self.database.begin() as tx:
            return [dict(row) for row in await tx.fetch(f"SELECT * FROM {table}")]

    async def let_it_end(self) -> None:
        async with self.database.begin() as tx:
            await tx.run("UPDATE mail_tokens SET expires_at = now() + interval '1 minute'")


@pytest.fixture
async def scene(database: Database, site: SiteCreated) -> AsyncIterator[Scene]:
    tokens = {"none yet"}
    room, imap, house = TokenRoom(tokens=tokens), ImapServer(tokens=tokens), TokenHouse(tokens)

    async def texts(name: str) -> tuple[str, ...]:
        return RECORDS.get(name, ())

    async def mail_hosts(_: str) -> None:
        return None

    async with mailroom(made=room), imap.running(), house.running():
        routes = (
            f"smtp.mail.example:587=127.0.0.1:{room.port},"
            f"imap.mail.example:143=127.0.0.1:{imap.port},{HOST}:80=127.0.0.1:{house.port}"
        )
        settings = Settings.load(
            {}, internal_secret=INTERNAL, master_key=MASTER, mail_connect_to=routes
        )
        app = create_app(settings, bus=RecordingBus(), db=database)
        mail_house: MailHouse = app.state.mail_house
        examiner = replace(mail_house.examiner, texts=texts, mail_hosts=mail_hosts)
        app.state.mail_house = replace(mail_house, examiner=examiner)
        client = ServiceClient("outreach", DirectTransport(app), secret=INTERNAL.encode())
        desk = Desk(client, site, Role.OWNER)
        await desk.ask("PUT", "/v1/mail-apps/other", APP)
        made = await desk.ask("POST", "/v1/mailboxes", MAILBOX, 201)
        yield Scene(database, desk, house, room, imap, UUID(made["mailbox_id"]))
        await mail_house.desk.close()


async def test_a_person_agrees_and_the_mailbox_sends_and_reads(scene: Scene) -> None:
    before = await scene.findings()
    assert "Nobody signed in" in before["smtp"]["sentence"]
    assert "Nobody signed in" in before["imap"]["sentence"]

    came = scene.house.agree(await scene.begin())
    signed_in = await scene.desk.ask("POST", "/v1/mail-sign-ins", came)
    assert (signed_in["is_signed_in"], signed_in["signed_in_as"]) == (True, "ann@ours.example")
    found = await scene.findings()
    assert (found["smtp"]["level"], found["imap"]["level"]) == ("good", "good")
    assert found["state"] == "ready"
    await scene.desk.ask("POST", "/v1/mail-sign-ins", came, 409)  # once, and no second time

    [row] = await scene.rows("mail_tokens")
    [app] = await scene.rows("mail_apps")
    kept = f"{row}{app}{await scene.rows('mailboxes')}{signed_in}"
    [refresh] = scene.house.refresh_tokens
    assert not [one for one in (*scene.house.tokens, refresh, SECRET) if one in kept]
    shown = await scene.desk.ask("GET", "/v1/mail-apps")
    other = next(one for one in shown["items"] if one["provider"] == "other")
    assert (other["has_secret"], SECRET in str(shown)) == (True, False)
    assert await seal_all(scene.database, Vault(lambda: ["n" * 32, MASTER])) == 4

    await scene.desk.ask("DELETE", "/v1/mail-apps/other", None, 409)
    await scene.desk.ask("DELETE", scene.path, None, 204)
    assert await scene.rows("mail_tokens") == []


async def test_what_goes_away_is_given_back(scene: Scene) -> None:
    await scene.finish()
    [refresh] = scene.house.refresh_tokens
    changed = await scene.desk.ask("PATCH", scene.path, {"sign_in": "password", "password": "x"})
    assert (changed["sign_in"], changed["provider"]) == ("password", None)
    assert scene.house.given_back == [refresh]
    await scene.desk.ask("PATCH", scene.path, {"sign_in": "oauth", "provider": "other"})
    await scene.finish()
    [refresh] = scene.house.refresh_tokens
    await scene.desk.ask("DELETE", scene.path, None, 204)
    assert scene.house.given_back[1:] == [refresh]


async def test_a_sign_in_is_of_whoever_began_it_and_only_for_a_while(
    scene: Scene, site: SiteCreated
) -> None:
    came = scene.house.agree(await scene.begin())
    other = Desk(scene.desk.client, site, Role.OWNER)
    other.caller = replace(other.caller, actor_id=new_id())
    await other.ask("POST", "/v1/mail-sign-ins", came, 409)
    await scene.desk.ask("POST", "/v1/mail-sign-ins", came | {"provider": "google"}, 409)
    await scene.desk.ask("POST", "/v1/mail-sign-ins", came | {"state": "made up"}, 409)
    key = Desk(scene.desk.client, site, Role.OWNER, person=False)
    await key.ask("POST", f"{scene.path}/sign-in", ORIGIN, 403)
    await scene.desk.ask("POST", f"{scene.path}/sign-in", {"origin": "https://evil.example"}, 409)
    assert scene.house.asked == []

    async with scene.database.begin() as tx:
        await tx.run("UPDATE mail_sign_ins SET expires_at = now()")
    late = await scene.desk.ask("POST", "/v1/mail-sign-ins", came, 409)
    assert "too old" in late["detail"]
    assert scene.house.asked == []


async def test_what_is_refused_is_said_in_words_and_kept_nowhere(scene: Scene) -> None:
    refused = await scene.finish(409, code="", error="access_denied")
    assert "nothing changed" in refused["detail"]
    scene.house.account = "bob@ours.example"
    other = await scene.finish(409)
    assert "You signed in as bob@ours.example, and this mailbox is ann@ours.example" in str(other)
    assert len(scene.house.given_back) == 1
    scene.house.account, scene.house.gives_refresh = None, False
    assert "for an hour only" in (await scene.finish(409))["detail"]
    scene.house.says = [(401, {"error": "invalid_client"}), (503, {})]
    assert "does not accept the app" in (await scene.finish(409))["detail"]
    await scene.finish(503)
    scene.house.gives_refresh = True
    assert await scene.rows("mail_tokens") == []
    assert (await scene.finish())["signed_in_as"] is None


async def test_a_token_is_refreshed_before_it_ends_and_when_a_server_refuses_it(
    scene: Scene,
) -> None:
    await scene.finish()
    await scene.let_it_end()
    assert (await scene.findings())["state"] == "ready"
    assert [one["grant_type"] for one in scene.house.asked] == [
        "authorization_code",
        "refresh_token",
    ]
    scene.house.tokens.clear()  # taken back before its time
    scene.house.tokens.add("none")
    assert (await scene.findings())["state"] == "ready"
    assert len(scene.house.asked) == 3
    assert len(scene.room.tries) + len(scene.imap.last_words) >= 3
    assert set(scene.imap.last_words) <= {""}


async def test_only_the_end_of_a_permission_pauses_a_mailbox(scene: Scene) -> None:
    await scene.finish()
    assert (await scene.findings())["state"] == "ready"
    for says in ((503, {}), (400, {"error": "temporarily_unavailable"}), (200, {"nothing": 1})):
        scene.house.says = [says, says]
        await scene.let_it_end()
        found = await scene.findings()
        assert "tried again" in found["smtp"]["sentence"], says
        assert found["state"] == "unchecked"
        assert [row["trouble"] for row in await scene.rows("mail_tokens")] == [None]

    scene.house.says, scene.house.refresh_tokens = [], set()
    found = await scene.findings()
    assert (found["state"], "Sign in again." in found["imap"]["sentence"]) == ("paused", True)
    [mailbox] = (await scene.desk.ask("GET", "/v1/mailboxes"))["items"]
    assert mailbox["paused_because"] == (
        "The mail provider ended the permission for this mailbox. Sign in again."
    )
    asked = len(scene.house.asked)
    await scene.findings()
    assert len(scene.house.asked) == asked, "a permission that is over is not asked for again"
    await scene.finish()
    assert (await scene.findings())["state"] == "ready"


async def test_an_app_that_is_not_accepted_is_entered_anew_by_an_owner(
    scene: Scene, site: SiteCreated
) -> None:
    await scene.finish()
    await scene.let_it_end()
    scene.house.says = [(401, {"error": "invalid_client"})]
    assert (await scene.findings())["state"] == "paused"
    editor = Desk(scene.desk.client, site, Role.EDITOR)
    await editor.ask("PUT", "/v1/mail-apps/other", APP, 403)
    moved = APP | {"token_url": "https://elsewhere.example/token", "client_secret": ""}
    await scene.desk.ask("PUT", "/v1/mail-apps/other", moved, 422)
    for url in ("http://10.0.0.1/token", "http://plain.example/token", "https://127.0.0.1/x", ""):
        answer = await scene.desk.ask("PUT", "/v1/mail-apps/other", APP | {"token_url": url}, 422)
        assert [one["pointer"] for one in answer["errors"]] == ["/token_url"], url
    await scene.desk.ask("PUT", "/v1/mail-apps/other", APP | {"client_secret": ""})
    assert (await scene.findings())["state"] == "ready"


async def test_two_processes_refresh_once(scene: Scene) -> None:
    await scene.finish()
    await scene.let_it_end()
    command = [sys.executable, "-m", "tests.outreach.refreshing_process", scene.database.url]
    command += [str(scene.house.port), str(scene.mailbox_id)]
    pipe = asyncio.subprocess.PIPE
    start = partial(asyncio.create_subprocess_exec, *command, stdin=pipe, stdout=pipe)
    both = [await start(), await start()]
    for one in both:
        assert one.stdin is not None
        one.stdin.write(b"go\n")
    said = [(await one.communicate())[0].decode().strip() for one in both]
    assert said[0] == said[1]
    assert {said[0]} == scene.house.tokens
    assert [one["grant_type"] for one in scene.house.asked].count("refresh_token") == 1


async def test_known_providers_fill_their_servers_in(scene: Scene) -> None:
    new = {"address": "al@ours.example", "sign_in": "oauth", "provider": "microsoft"}
    made = await scene.desk.ask("POST", "/v1/mailboxes", new, 201)
    assert (made["smtp_host"], made["smtp_port"], made["imap_host"], made["imap_port"]) == (
        *("smtp.office365.com", 587, "outlook.office365.com", 993),
    )
    path = f"/v1/mailboxes/{made['mailbox_id']}/sign-in"
    assert (await scene.desk.ask("POST", path, ORIGIN, 409))["code"] == "no-app"
    app = {"client_id": "an-id", "client_secret": "a-secret", "tenant": "ours.example"}
    await scene.desk.ask("PUT", "/v1/mail-apps/microsoft", app | {"tenant": "../x"}, 422)
    await scene.desk.ask("PUT", "/v1/mail-apps/microsoft", app)
    url = (await scene.desk.ask("POST", path, ORIGIN))["authorize_url"]
    assert url.startswith("https://login.microsoftonline.com/ours.example/oauth2/v2.0/authorize?")
    assert "redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fsigned-in%2Fmicrosoft" in url
    new = {"address": "cy@ours.example", "sign_in": "oauth"}
    fault = await scene.desk.ask("POST", "/v1/mailboxes", new | {"smtp_host": "a.example"}, 422)
    assert [one["pointer"] for one in fault["errors"]] == ["/provider"]
    plain = await scene.desk.ask("POST", "/v1/mailboxes", {"address": "di@ours.example"}, 422)
    assert [one["pointer"] for one in plain["errors"]] == ["/smtp_host"]


# ---- pure ------------------------------------------------------------------------------------------


@given(
    user=st.text(min_size=1, max_size=40),
    token=st.text(min_size=1, max_size=80),
    mechanism=st.sampled_from(Mechanism),
)
def test_what_servers_are_shown_can_be_read_in_one_way_only(
    user: str, token: str, mechanism: Mechanism
) -> None:
    try:
        said = sasl.first_words(mechanism, user=user, token=token, host="imap.x.example", port=993)
    except ValueError:
        assert not (user + token).isprintable() or not token.isascii() or " " in token
        return
    first, *rest = said.decode().split("\x01")
    assert rest[-2:] == ["", ""]
    assert f"auth=Bearer {token}" in rest
    if mechanism is Mechanism.XOAUTH2:
        assert (first, len(rest)) == (f"user={user}", 3)
    else:
        gs2, flag, name, end = (*first.split(",")[:1], "", first.split(",")[1], first[-1:])
        assert (gs2, flag, end, first.count(",")) == ("n", "", ",", 2)
        assert name.removeprefix("a=").replace("=2C", ",").replace("=3D", "=") == user


def test_the_strings_of_the_standards() -> None:
    said = sasl.first_words(
        Mechanism.XOAUTH2, user="someuser@example.com", token="ya29.x", host="h", port=1
    )
    assert said == b"user=someuser@example.com\x01auth=Bearer ya29.x\x01\x01"
    said = sasl.first_words(
        Mechanism.OAUTHBEARER,
        user="user@example.com",
        token="vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
        host="server.example.com",
        port=143,
    )
    assert base64.b64encode(said).startswith(  # RFC 7628, 4.1
        b"bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAX"
    )
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, B
    assert flow.challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert sasl.choose(["plain", "oauthbearer"]) is Mechanism.OAUTHBEARER
    assert sasl.choose(["PLAIN"]) is None


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (400, {"error": "invalid_grant"}, Problem.ENDED),
        (401, {"error": "invalid_client"}, Problem.APP),
        (500, {"error": "invalid_grant"}, Problem.NO_ANSWER),
        (400, {"error": ["odd"]}, Problem.NO_ANSWER),
        (200, {"access_token": "a b"}, Problem.NO_ANSWER),
        (200, {"access_token": "a", "token_type": "mac"}, Problem.NO_ANSWER),
        (200, [], Problem.NO_ANSWER),
        (302, None, Problem.NO_ANSWER),
    ],
)
def test_what_providers_answer(status: int, body: Any, problem: Problem) -> None:
    assert flow.read_answer(status, orjson.dumps(body)) == Refusal(problem)
    assert flow.read_answer(status, b"<html>") == Refusal(Problem.NO_ANSWER)


def test_a_token_is_never_written_where_people_look() -> None:
    found = flow.read_answer(200, b'{"access_token": "abcdef", "expires_in": "99999999"}')
    assert isinstance(found, Grant)
    assert "abcdef" not in repr(found)
    assert found.lives == timedelta(days=1)


def test_what_was_not_allowed_is_noticed_however_it_is_written() -> None:
    def app(provider: MailProvider) -> MailApp:
        return MailApp(workspace_id=new_id(), provider=provider, client_id="x", sealed_secret="")

    google, microsoft = (endpoints_of(app(MailProvider(one))) for one in ("google", "microsoft"))
    assert flow.missing(google, frozenset({"openid"})) == ["https://mail.google.com/"]
    assert flow.missing(google, frozenset({"https://mail.google.com/"})) == []
    written = {"https://outlook.office365.com/imap.accessasuser.all", "SMTP.Send"}
    assert flow.missing(microsoft, frozenset(written)) == []
    assert flow.missing(microsoft, None) == []
    assert flow.redirect_url("google", public_url="https://w.example/", origin=None) == (
        "https://w.example/signed-in/google"
    )
    assert flow.redirect_url("google", public_url=None, origin="http://evil.example") is None
    assert flow.redirect_url("google", public_url=None, origin="http://[") is None

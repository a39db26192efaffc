"""Messages in the form of each provider: within its limits, and no text of a stranger is more than text."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html import escape, unescape
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain import leaving
from services.gateway.domain.forms import discord, mail, slack, teams, telegram
from services.gateway.domain.messages import MAX_ITEMS, Message, message_of, trial
from services.gateway.domain.notices import Notice
from services.gateway.domain.texts import fitting, plain, width
from shared.ids import new_id
from shared.vocabulary import AlertSeverity

BASE = "https://watch.example"
HOSTILE = (
    "<!channel> <@U012AB3CD> <https://evil.example|your bank>",
    "[your bank](https://evil.example) **bold** @everyone <@&123> <t:0:R> `code` ||spoiler||",
    '<a href="https://evil.example">your bank</a> </b><script>alert(1)</script> & &amp; "x"',
    "@channel @someone /stop #tag https://evil.example/?a=1&b=2 mail@evil.example",
    "Subject\r\nBcc: everybody@evil.example\r\n\r\n<b>body</b>",
    "\u202egnp.exe\u202c \u2066hidden\u2069 \u200bzero\ufeff \x00\x1b[31m",
    "x" * 700,
    "&" * 700,
    "😀" * 700,
    "漢" * 700,
)
hostile = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=400),
    st.text(alphabet="<>&@*_~`|[]()#/\\-!:.\n\"'\u202e\u200b😀ab", max_size=500),
)
notices = st.lists(
    st.builds(
        Notice,
        notice_id=st.uuids(),
        alert_id=st.uuids(),
        site_id=st.none(),
        severity=st.sampled_from(AlertSeverity),
        is_over=st.booleans(),
        title=hostile,
        sentences=st.lists(hostile, max_size=25).map(tuple),
        path=st.just("/alerts/0190"),
        attempts=st.just(1),
    ),
    min_size=1,
    max_size=14,
)


def a_message(found: Sequence[Notice]) -> Message:
    return message_of(found, base=BASE)


def a_notice(title: str, *sentences: str, **given: Any) -> Notice:
    fields: dict[str, Any] = {
        "notice_id": new_id(),
        "alert_id": new_id(),
        "site_id": None,
        "severity": AlertSeverity.WARNING,
        "is_over": False,
        "path": "/alerts/1",
        "attempts": 1,
    }
    return Notice(title=title, sentences=sentences, **(fields | given))


# ---- what a message says ----------------------------------------------------------------------------


def test_one_alert_is_told_whole_and_many_are_counted() -> None:
    one = a_message([a_notice("3 links were lost", "They were on blog.example.", "Ask for them.")])
    assert (one.headline, one.more) == (None, None)
    assert one.items[0].lines == ("They were on blog.example.", "Ask for them.")
    assert one.items[0].url == f"{BASE}/#/alerts/1"

    urgent = a_notice("Your page is gone", severity=AlertSeverity.URGENT)
    many = a_message([*(a_notice(f"Alert {number}") for number in range(14)), urgent])
    assert many.headline == "15 alerts: 1 urgent, 14 warnings"
    assert many.items[0].title == "Your page is gone"
    assert (len(many.items), many.more) == (MAX_ITEMS, "And 5 more.")


def test_of_an_alert_that_came_and_went_only_the_end_is_told() -> None:
    lost = a_notice("A link was lost")
    over = a_notice("Over: A link was lost", alert_id=lost.alert_id, is_over=True)
    assert [item.title for item in a_message([lost, over]).items] == ["Over: A link was lost"]
    both = a_message([over, a_notice("Your page is gone")])
    assert both.headline == "2 alerts: 1 warning, 1 over"
    assert both.items[0].title == "Your page is gone"


@given(st.text(max_size=300))
def test_a_plain_text_is_one_visible_line(text: str) -> None:
    line = plain(text, 100)
    assert len(line) <= 100
    assert not re.search(
        "[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff]", line
    )
    assert plain(line, 100) == line


# ---- Slack ------------------------------------------------------------------------------------------


@given(notices)
def test_slack_gets_no_markup_of_strangers_and_no_more_than_it_takes(found: list[Notice]) -> None:
    body = slack.body_of(a_message(found))
    assert 1 <= len(body["blocks"]) <= 50
    for block in body["blocks"]:
        text = block.get("text")
        if text is not None:
            assert text["type"] == "plain_text"
            assert 1 <= width(text["text"]) <= (150 if block["type"] == "header" else 3_000)
            assert not set("<>") & set(text["text"])
        for element in block.get("elements", ()):
            ours = r"(And \d+ more\. )?<https://watch\.example/#/alerts[/0-9]*\|[A-Za-z ]+>"
            assert re.fullmatch(ours, element["text"])
    assert not set("<>") & set(body["text"])
    assert not re.search("&(?!amp;|lt;|gt;)", body["text"])


def test_slack_shows_what_a_stranger_wrote_as_it_is() -> None:
    [section, _] = slack.body_of(a_message([a_notice("Gone: <!channel> & more")]))["blocks"]
    assert section["text"]["text"] == "Gone: &lt;!channel&gt; &amp; more"


# ---- Teams ------------------------------------------------------------------------------------------


@given(notices)
def test_teams_gets_runs_of_text_and_no_more_than_it_takes(found: list[Notice]) -> None:
    body = teams.body_of(a_message(found))
    assert len(orjson.dumps(body)) < 28_000
    [attachment] = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert {element["type"] for element in card["body"]} == {"RichTextBlock"}
    runs = [run for element in card["body"] for run in element["inlines"]]
    assert {run["type"] for run in runs} == {"TextRun"}
    assert all(run["text"] for run in runs)
    assert [action["url"].startswith(BASE) for action in card["actions"]] == [True]


# ---- Discord ----------------------------------------------------------------------------------------

_SPECIAL = re.compile(r"[*_~`|>#\[\]()<@:/]")


@given(notices)
def test_discord_pings_nobody_and_gets_no_more_than_it_takes(found: list[Notice]) -> None:
    body = discord.body_of(a_message(found))
    assert body["allowed_mentions"] == {"parse": []}
    assert len(body["embeds"]) <= 10
    assert width(body["content"]) <= 2_000
    total = sum(width(e["title"]) + width(e["description"]) for e in body["embeds"])
    assert total <= 6_000
    for embed in body["embeds"]:
        assert 1 <= width(embed["title"]) <= 256
        assert width(embed["description"]) <= 4_096
        assert embed["url"].startswith(BASE)
        for text in (embed["title"], embed["description"]):
            assert not _SPECIAL.search(re.sub(r"\\.", "", text))


def test_discord_shows_what_a_stranger_wrote_as_it_is() -> None:
    text = "[your bank](https://evil.example) @everyone"
    [embed] = discord.body_of(a_message([a_notice(text)]))["embeds"]
    assert "](" not in embed["title"]
    assert "://" not in embed["title"]
    assert re.sub(r"\\(.)", r"\1", embed["title"]) == text


# ---- Telegram ---------------------------------------------------------------------------------------

_OURS = re.compile(r'</?b>|<a href="https://watch\.example/#/alerts[/0-9]*">|</a>')


@given(notices)
def test_telegram_gets_only_our_own_tags_and_no_more_than_it_takes(found: list[Notice]) -> None:
    body = telegram.body_of(a_message(found), "-100123")
    assert (body["chat_id"], body["parse_mode"]) == ("-100123", "HTML")
    assert 1 <= width(unescape(_OURS.sub("", body["text"]))) <= 4_096
    rest = _OURS.sub("", body["text"])
    assert not set("<>") & set(rest)
    assert not re.search("&(?!amp;|lt;|gt;|quot;|#x27;)", rest)
    assert not re.search(r"@\w", unescape(rest))
    assert body["text"].count("<b>") == body["text"].count("</b>")


def test_telegram_shows_what_a_stranger_wrote_as_it_is() -> None:
    text = 'a <b> & "@somebody" /stop'
    shown = telegram.escaped(text)
    assert unescape(shown).replace("\u2060", "") == text
    assert "@somebody" not in shown


# ---- e-mail -----------------------------------------------------------------------------------------


def a_mail(message: Message) -> bytes:
    made = mail.mail_of(
        message,
        sender="watch@ours.example",
        to="ann@ours.example",
        message_id="<1@ours.example>",
        at=datetime(2026, 11, 30, 12, tzinfo=UTC),
    )
    return bytes(made)


@given(notices)
def test_mail_has_the_headers_that_we_gave_it_and_no_others(found: list[Notice]) -> None:
    raw = a_mail(a_message(found))
    read = message_from_bytes(raw, policy=policy.default)
    assert sorted(name.lower() for name, _ in read.items()) == [
        *("auto-submitted", "content-type", "date", "from", "message-id", "mime-version"),
        *("subject", "to", "x-auto-response-suppress"),
    ]
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert str(read["Subject"]) == a_message(found).subject
    plain_part, html_part = read.iter_parts()
    assert plain_part.get_content_type() == "text/plain"
    html = html_part.get_content()
    tags = set(re.findall(r"<(/?[a-z0-9!]+)", html))
    assert tags <= {
        *("!doctype", "html", "/html", "body", "/body", "h1", "/h1", "h2", "/h2", "p", "/p"),
        *("a", "/a", "hr", "small", "/small"),
    }
    assert set(re.findall(r'href="([^"#]*)', html)) == {f"{BASE}/"}


def test_mail_tells_machines_not_to_answer_and_when_it_was_written() -> None:
    read = message_from_bytes(a_mail(trial("Team", base=BASE)), policy=policy.default)
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"] == "Mon, 30 Nov 2026 12:00:00 +0000"
    assert read["Message-ID"] == "<1@ours.example>"


def test_the_same_alerts_have_the_same_message_id() -> None:
    ids = [UUID(int=number) for number in range(3)]
    first = mail.message_id_of(ids, sender="watch@ours.example")
    assert first == mail.message_id_of(ids[::-1], sender="watch@ours.example")
    assert first != mail.message_id_of(ids[:2], sender="watch@ours.example")
    assert first.endswith("@ours.example>")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_of_a_channel_is_a_text_like_any_other(text: str) -> None:
    message = trial(text, base=BASE)
    assert "\n" not in message.subject
    assert slack.body_of(message)["blocks"]


def test_a_text_that_is_too_long_when_it_is_written_is_cut_between_its_signs() -> None:
    assert fitting(["a&b", "&&&&"], 16, written=escape) == ["a&amp;b", "&amp;…"]
    assert fitting(["abc", "d"], 4, written=str) == ["abc"]
    assert fitting(["abc"], 1, written=str) == []


@given(st.uuids(), st.uuids(), st.text(max_size=80))
def test_only_our_own_addresses_lead_out_of_a_channel(
    channel_id: UUID, user_id: UUID, strange: str
) -> None:
    token = leaving.token_of(channel_id, user_id, key=b"a key")
    assert leaving.reader_of(token, key=b"a key") == (channel_id, user_id)
    assert leaving.reader_of(token, key=b"another") is None
    assert leaving.reader_of(strange, key=b"a key") is None


def test_one_click_is_offered_over_https_only() -> None:
    for scheme, offered in (("https", True), ("http", False)):
        url = f"{scheme}://watch.example/leave/x"
        made = mail.mail_of(
            trial("Team", base=BASE),
            sender="watch@ours.example",
            to="ann@ours.example",
            message_id="<1@ours.example>",
            at=datetime(2026, 11, 30, 12, tzinfo=UTC),
            leave_url=url,
        )
        assert (made["List-Unsubscribe"] == f"<{url}>") is offered
        for part in ("plain", "html"):
            body = made.get_body((part,))
            assert body is not None
            assert url in body.get_content()

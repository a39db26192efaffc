"""What the providers of channels take as addresses, and what their answers mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain import channels
from services.gateway.domain.attempts import Attempt, Ending, answered
from services.gateway.domain.channels import Kind, judged
from shared.errors import InvalidError
from tests.gateway.receiver import TOKEN

# ---- which addresses are taken ----------------------------------------------------------------------

TAKEN = [
    (Kind.SLACK, "https://hooks.slack.com/services/T0ABC/B0DEF/abc123"),
    (Kind.TEAMS, "https://contoso.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d"),
    (Kind.TEAMS, "https://prod-23.westeurope.logic.azure.com:443/workflows/a?sig=b-c_d%2F"),
    (
        Kind.TEAMS,
        "https://default0.12.environment.api.powerplatform.com:443/powerautomate/x?sig=y",
    ),
    (Kind.DISCORD, "https://discord.com/api/webhooks/1/abc-_"),
    (Kind.DISCORD, "https://discordapp.com/api/v10/webhooks/1/abc?thread_id=2"),
]
REFUSED = [
    (Kind.SLACK, "http://hooks.slack.com/services/T0ABC/B0DEF/abc123"),
    (Kind.SLACK, "https://hooks.slack.com.evil.example/services/T0ABC/B0DEF/abc123"),
    (Kind.SLACK, "https://hooks.slack.com@evil.example/services/T0ABC/B0DEF/abc123"),
    (Kind.SLACK, "https://hooks.slack.com:8443/services/T0ABC/B0DEF/abc123"),
    (Kind.SLACK, "https://evil.example/https://hooks.slack.com/services/T0ABC/B0DEF/abc123"),
    (Kind.SLACK, "https://hooks.slack.com/services/../x?y#z"),
    (Kind.SLACK, "https://hooks.slack.com\\@evil.example/services/T00"),
    (Kind.SLACK, "https://hooks.slack.com/services/T0ABC/B0DEF/abc123\n"),
    (Kind.TEAMS, "https://logic.azure.com.evil.example/x"),
    (Kind.TEAMS, "https://evil.example/.logic.azure.com/"),
    (Kind.TEAMS, "https://evil@prod-1.logic.azure.com/x"),
    (Kind.TEAMS, "https://prod-1.logic.azure.com:80/x"),
    (Kind.TEAMS, "https://notlogic.azure.com.example/x"),
    (Kind.TEAMS, "https://prod-1.evillogic.azure.com/x"),
    (Kind.DISCORD, "https://discord.com.evil.example/api/webhooks/1/abc"),
    (Kind.DISCORD, "https://discord.com/api/users/@me"),
    (Kind.DISCORD, "https://cdn.discord.com/api/webhooks/1/abc"),
    (Kind.TELEGRAM, "https://api.telegram.org/bot1:a/sendMessage"),
    (Kind.TELEGRAM, "12345678:AA/../../evil-evil-evil-evil"),
    (Kind.TELEGRAM, "12345678:short"),
    (Kind.EMAIL, "ann@ours.example"),
]


@pytest.mark.parametrize(("kind", "address"), TAKEN)
def test_the_addresses_of_a_provider_are_taken(kind: Kind, address: str) -> None:
    assert channels.secret_of(kind, address) == address


def test_the_token_of_a_bot_becomes_an_address_of_telegram() -> None:
    found = channels.secret_of(Kind.TELEGRAM, TOKEN)
    assert found == f"https://api.telegram.org/bot{TOKEN}/sendMessage"


@pytest.mark.parametrize(("kind", "address"), REFUSED)
def test_no_other_address_is_taken_and_none_is_repeated(kind: Kind, address: str) -> None:
    with pytest.raises(InvalidError) as refused:
        channels.secret_of(kind, address)
    assert address not in str(refused.value)


@given(st.sampled_from(list(Kind)), st.text(max_size=100))
def test_a_text_that_is_no_address_is_refused_in_words(kind: Kind, address: str) -> None:
    with pytest.raises(InvalidError):
        channels.secret_of(kind, address)


# ---- what answers mean ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status", "ending"),
    [
        (Kind.SLACK, 200, Ending.TAKEN),
        (Kind.SLACK, 404, Ending.GONE),
        (Kind.SLACK, 410, Ending.GONE),
        (Kind.SLACK, 500, Ending.AGAIN),
        (Kind.TEAMS, 202, Ending.TAKEN),
        (Kind.TEAMS, 401, Ending.AGAIN),
        (Kind.DISCORD, 204, Ending.TAKEN),
        (Kind.DISCORD, 404, Ending.GONE),
        (Kind.DISCORD, 429, Ending.AGAIN),
        (Kind.TELEGRAM, 200, Ending.TAKEN),
        (Kind.TELEGRAM, 400, Ending.AGAIN),
        (Kind.TELEGRAM, 403, Ending.GONE),
    ],
)
def test_answers_mean_what_the_provider_says(kind: Kind, status: int, ending: Ending) -> None:
    assert judged(kind, answered(status, elapsed_ms=1), b"").ending is ending


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        (b'{"ok":false,"parameters":{"retry_after":37}}', 37.0),
        (b'{"ok":false,"parameters":{"retry_after":99999999999}}', 86_400.0),
        (b'{"parameters":{"retry_after":-5}}', 0.0),
        (b'{"parameters":{"retry_after":"soon"}}', 0.0),
        (b'{"parameters":[]}', 0.0),
        (b"[]", 0.0),
        (b"<html>", 0.0),
        (b"", 0.0),
    ],
)
def test_telegram_says_in_its_body_how_long_to_wait(answer: bytes, asked: float) -> None:
    found = judged(Kind.TELEGRAM, answered(429, elapsed_ms=1), answer)
    assert found.retry_after_s == asked


def test_no_answer_is_no_verdict() -> None:
    silent = Attempt(1, trouble="no answer")
    assert judged(Kind.TELEGRAM, silent, b"") == silent

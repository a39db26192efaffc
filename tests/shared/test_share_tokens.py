"""Tokens of shared addresses: only ours, only in time, only for their purpose."""

from datetime import UTC, datetime, timedelta

from shared.ids import new_id
from shared.share_tokens import read_token, token_of

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


def test_a_token_that_we_did_not_make_or_that_ran_out_leads_nowhere() -> None:
    secret, share_id, purpose = b"s" * 32, new_id(), "a test"
    token = token_of(share_id, NOW, purpose=purpose, secret=secret)
    soon = NOW - timedelta(seconds=1)
    assert read_token(token, purpose=purpose, secret=secret, now=soon) == share_id
    assert read_token(token, purpose=purpose, secret=secret, now=NOW) is None
    assert read_token(token, purpose=purpose, secret=b"t" * 32, now=soon) is None
    assert read_token(token, purpose="another", secret=secret, now=soon) is None
    for at in range(len(token)):
        other = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        found = read_token(other, purpose=purpose, secret=secret, now=soon)
        assert found in {None, share_id}
    for wrong in ("", "a", "é", token + "AAAA", token[:-4]):
        assert read_token(wrong, purpose=purpose, secret=secret, now=soon) is None

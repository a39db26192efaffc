"""Quotes and signatures are left out, whatever program wrote them."""

import pytest

from services.outreach.domain.inbound.decoding import html_to_text
from services.outreach.domain.inbound.quotes import own_text
from tests.outreach.inbound.letters import QUOTED


@pytest.mark.parametrize(("text", "own"), QUOTED)
def test_only_what_the_sender_wrote_stays(text: str, own: str) -> None:
    assert own_text(text) == own


def test_html_is_read_up_to_the_quote() -> None:
    markup = (
        "<html><head><style>p{}</style></head><body><p>Yes,&nbsp;do.</p><br>Ann"
        '<div class="gmail_quote">On Monday Tom wrote:<blockquote>Hi</blockquote></div></body>'
    )
    assert html_to_text(markup) == "Yes, do.\n\nAnn"


@pytest.mark.parametrize("piece", ["<style>", "<", "<div ", "<!--", "&#", "<p>x</p>"])
def test_hostile_markup_takes_no_longer_than_its_length(piece: str) -> None:
    assert isinstance(html_to_text(piece * 20_000), str)

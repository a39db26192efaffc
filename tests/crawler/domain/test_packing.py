"""Kept observations are stored small and come back as they were."""

from hypothesis import given
from hypothesis import strategies as st

from services.crawler.domain.packing import pack, unpack


@given(st.one_of(st.none(), st.binary(max_size=5_000)))
def test_what_is_packed_comes_back(kept: bytes | None) -> None:
    assert unpack(pack(kept)) == kept


def test_what_an_earlier_release_stored_is_read_as_it_is() -> None:
    assert unpack(b'{"observation":{}}') == b'{"observation":{}}'


def test_what_all_observations_share_costs_next_to_nothing() -> None:
    kept = (
        b'{"observation":{"page_id":"0190","check_id":"0191","check_seq":7,"checked_at":'
        b'"2026-11-22T12:00:00.000000Z","outcome":"found","reasons":[],"http_status":200,'
        b'"final_url":"https://www.blog.example/post","redirects":[],"indexable":true,'
        b'"page_followed":true,"canonical":null,"meta_robots":[],"x_robots_tag":[]}}'
    )
    packed = pack(kept)
    assert packed is not None
    assert len(packed) < len(kept) / 2

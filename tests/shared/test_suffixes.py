"""The suffixes of hosts are those of the packaged list as its own reader finds them."""

from hypothesis import example, given
from hypothesis import strategies as st
from publicsuffixlist import PublicSuffixList

from shared import suffixes, urls

LIST = PublicSuffixList(accept_unknown=True)
RULES = sorted(LIST._publicsuffix)
NAMES = [rule.removeprefix("!").removeprefix("*.") for rule in RULES]
LABELS = st.text("abcxyz019-ü", min_size=1, max_size=4)


def found(host: str) -> tuple[str | None, str | None, bool]:
    """Suffix, domain and whether the list knows the suffix, by our own reading."""
    cut = suffixes.cut(host)
    if cut is None:
        return None, None, False
    suffix, domain, is_known = cut
    return host[suffix:], host[domain:] if domain >= 0 else None, is_known


def listed(host: str) -> tuple[str | None, str | None, bool]:
    known = LIST.publicsuffix(host, accept_unknown=False) is not None
    return LIST.publicsuffix(host), LIST.privatesuffix(host), known


def test_every_rule_and_the_names_around_it_are_cut_as_the_list_says() -> None:
    hosts = {f"{below}{name}" for name in NAMES for below in ("", "a.", "x.y.")}
    hosts |= {name.partition(".")[2] for name in NAMES if "." in name}
    assert len(hosts) > 25_000
    assert [host for host in sorted(hosts) if found(host) != listed(host)] == []


@given(st.lists(LABELS, max_size=4), st.sampled_from([*NAMES, "unknown", "b.unknown"]))
@example(["www"], "ck")
@example(["a", "b"], "kobe.jp")
@example(["a", "city"], "kobe.jp")
def test_any_host_is_cut_as_the_list_says(labels: list[str], name: str) -> None:
    host = ".".join([*labels, name])
    assert found(host) == listed(host)


@given(st.text("a.comuk", max_size=9).filter(lambda host: not host.endswith(".")))
def test_a_host_with_an_empty_label_has_no_domain(host: str) -> None:
    assert found(host) == listed(host)
    assert urls.registrable_domain(host) == LIST.privatesuffix(host)

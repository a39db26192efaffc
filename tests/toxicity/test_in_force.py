"""What one entry of a file in force does: domains, subdomains, pages, and the paragraph for a client."""

from datetime import date

from services.toxicity.domain.disavow.entries import Entry, EntryKind
from services.toxicity.domain.guard import Guard
from services.toxicity.domain.in_force import Effect, HostLinks, look

SEEN = date(2026, 11, 20)


def a_host(host: str, **given: int) -> HostLinks:
    values = {"links": 1, "live": 1, "followed": 1, "judged": 1} | given
    return HostLinks(host, last_seen_on=SEEN, sentence="Worth a look: a hidden link", **values)


def effect(line: str, *hosts: HostLinks, page: HostLinks | None = None) -> Effect:
    domain = line.startswith("domain:")
    kind = EntryKind.DOMAIN if domain else EntryKind.URL
    entry = Entry(kind, line.removeprefix("domain:"))
    pages = {} if page is None else {page.host: page}
    (found,) = look([entry], hosts, pages, guard=Guard()).found
    return found.effect


def test_a_subdomain_entry_is_about_its_own_hosts_only() -> None:
    blog, shop = a_host("blog.a-b.com", good=1), a_host("shop.a-b.com")
    assert effect("domain:a-b.com", blog, shop) is Effect.THROWS_AWAY
    assert effect("domain:blog.a-b.com", blog, shop) is Effect.THROWS_AWAY
    assert effect("domain:shop.a-b.com", blog, shop) is Effect.HOLDS
    assert effect("domain:b.com", blog, shop) is Effect.UNKNOWN
    assert effect("domain:other.a-b.com", blog, shop) is Effect.UNKNOWN


def test_a_page_entry_is_about_that_page_only() -> None:
    good = a_host("http://a-b.com/good", good=1)
    assert effect("http://a-b.com/good", a_host("a-b.com", good=1), page=good) is Effect.THROWS_AWAY
    assert effect("http://a-b.com/bad", a_host("a-b.com", good=1), page=good) is Effect.UNKNOWN


def test_what_is_gone_does_not_count_or_is_unclear_is_told_apart() -> None:
    assert effect("domain:a-b.com", a_host("a-b.com", live=0, followed=0)) is Effect.GONE
    assert effect("domain:a-b.com", a_host("a-b.com", followed=0)) is Effect.DOES_NOT_COUNT
    assert effect("domain:a-b.com", a_host("a-b.com", judged=0)) is Effect.UNCLEAR
    assert effect("domain:openlibrary.org") is Effect.TOO_WIDE


def test_the_paragraph_counts_and_names_only_what_was_seen() -> None:
    entries = [Entry(EntryKind.DOMAIN, f"s{number}.com") for number in range(9)]
    hosts = [a_host(f"s{number}.com", good=2) for number in range(7)]
    told = look(entries, hosts, {}, guard=Guard()).paragraph
    assert "has 9 entries" in told
    assert "14 good, followed links" in told
    assert "s0.com, s1.com, s2.com, s3.com, s4.com and 2 more" in told
    assert "2 entries have nothing to do" in told
    nothing = look(entries[:1], [], {}, guard=Guard()).paragraph
    assert "no good, followed link that it throws away" in nothing
    assert "has 1 entry." in nothing

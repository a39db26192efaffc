"""What the graph says about a domain, and what it leaves unsaid."""

from services.toxicity.domain.graph.seeds import is_trusted
from services.toxicity.domain.graph.standing import Builder, Standing, standings

TRUSTED = [f"kept{number}.example" for number in range(6)]


def a_web() -> Builder:
    """Trusted domains that link to good ones, those to each other, and a farm around one domain."""
    builder = Builder(max_edges=10_000)
    good = [f"good{number}.example" for number in range(30)]
    for number, name in enumerate(TRUSTED):
        builder.add(name, good[number : number + 5])
    for number, name in enumerate(good):
        builder.add(name, [good[(number + step) % 30] for step in (1, 7, 12)])
    for number in range(40):
        builder.add(f"farm{number}.example", ["money.example", "condemned.example"])
    return builder


def ask(builder: Builder, *names: str, condemned: tuple[str, ...] = ()) -> list[Standing]:
    _, found, _ = standings(builder, wanted=names, trusted=TRUSTED, condemned=condemned)
    return [found[name] for name in names]


def test_a_domain_with_a_farm_behind_it_has_mass_and_no_trust() -> None:
    money, good = ask(a_web(), "money.example", "good3.example")
    assert money.spam_mass == 1
    assert good.spam_mass is not None
    assert good.spam_mass < 0.2
    assert money.rank is not None
    assert money.trust is not None
    assert money.rank > money.trust


def test_authority_listens_to_trust_and_not_to_the_number_of_links_alone() -> None:
    money, good = ask(a_web(), "money.example", "good3.example")
    assert money.in_domains > good.in_domains
    assert money.authority is not None
    assert good.authority is not None
    assert 0 <= money.authority <= 100
    assert good.trust is not None
    assert money.trust is not None
    assert good.trust > money.trust


def test_a_domain_that_nobody_was_seen_to_link_to_has_no_authority() -> None:
    (farm,) = ask(a_web(), "farm1.example")
    assert farm.authority is None
    assert farm.spam_mass is None
    assert farm.out_domains == 2


def test_a_small_graph_says_nothing() -> None:
    builder = Builder(max_edges=100)
    builder.add("a.example", ["b.example"])
    (seen,) = ask(builder, "b.example")
    assert seen == Standing(in_domains=1)


def test_blame_needs_somebody_who_condemned() -> None:
    builder = Builder(max_edges=10_000)
    for number in range(40):
        others = [f"o{number}.example", f"p{number}.example"]
        builder.add(f"farm{number}.example", ["condemned.example", *others])
        builder.add(f"fair{number}.example", [f"q{number}.example", *others])
    farm, fair = ask(builder, "farm1.example", "fair1.example", condemned=("condemned.example",))
    assert farm.blame is not None
    assert fair.blame is not None
    assert farm.blame > 0.5 > fair.blame
    assert ask(builder, "farm1.example")[0].blame is None


def test_what_does_not_fit_is_left_out_and_said() -> None:
    builder = Builder(max_edges=3)
    builder.add("a.example", ["b.example", "c.example", "d.example"])
    assert builder.is_full
    builder.add("e.example", ["b.example"])
    assert builder.build().edges == 3


def test_trust_starts_at_edited_names_and_public_bodies_and_not_at_platforms() -> None:
    assert is_trusted("nature.com")
    assert is_trusted("nist.gov")
    assert is_trusted("example.ac.uk")
    assert not is_trusted("blogspot.com")
    assert not is_trusted("facebook.com")
    assert not is_trusted("my-garden-blog.example")

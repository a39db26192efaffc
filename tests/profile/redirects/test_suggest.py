"""Where dead paths should lead: the set of renamed paths, and the rules that no score may break."""

import csv
import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.profile.domain.redirects.paths import parts_of
from services.profile.domain.redirects.score import Known
from services.profile.domain.redirects.suggest import Finder, RedirectAction, Suggestion

DATA = Path(__file__).parent / "data"


def pairs() -> list[tuple[str, str, str]]:
    with (DATA / "pairs.csv").open(encoding="utf-8", newline="") as file:
        return [(kind, dead, live) for kind, dead, live in csv.reader(file)]


def live_paths() -> list[str]:
    others = (DATA / "others.txt").read_text(encoding="utf-8").split()
    return list(dict.fromkeys([live for _, _, live in pairs()] + others))


def right(found: Iterable[Suggestion]) -> int:
    expected = {dead: live.rstrip("/") for _, dead, live in pairs()}
    return sum(
        bool(one.candidates) and one.candidates[0].path.rstrip("/") == expected[one.dead]
        for one in found
    )


def test_of_330_renamed_paths_the_first_candidate_is_right_for_93_of_100() -> None:
    dead = [old for _, old, _ in pairs()]
    assert len(dead) == len(set(dead)) == 330
    finder = Finder(live_paths())
    together = finder.suggest_all(dead)
    assert right(together) / len(dead) >= 0.93
    # Each path on its own, without the others telling which folders moved where.
    assert right(finder.suggest(path) for path in dead) / len(dead) >= 0.93
    expected = {old: new.rstrip("/") for _, old, new in pairs()}
    sure = [one for one in together if one.action is RedirectAction.REDIRECT]
    wrong = [one for one in sure if one.candidates[0].path.rstrip("/") != expected[one.dead]]
    assert len(sure) >= 0.8 * len(dead)
    assert len(wrong) <= 0.02 * len(sure)


# Each block was written before anything was tried on it: a has ten kinds of changes on an outdoor shop, b
# and c the same on other sites. At first sight 123, 141 and 142 of 150 were right: a before the rules were
# widened, b and c after, when neither had been seen.
@pytest.mark.parametrize("block", ["a", "b", "c"])
def test_of_150_paths_of_sites_never_seen_93_of_100_are_right(block: str) -> None:
    with (DATA / f"block_{block}.csv").open(encoding="utf-8", newline="") as file:
        rows = [(*row, "")[1:4] for row in csv.reader(file)]
    others = (DATA / f"block_{block}.txt").read_text(encoding="utf-8").split()
    live = list(dict.fromkeys([new for _, new, _ in rows] + others))
    finder = Finder(live, known={old: Known(title) for old, _, title in rows if title})
    wanted = {old: new.rstrip("/") for old, new, _ in rows}
    assert len(wanted) == 150
    for found in (finder.suggest_all(list(wanted)), [finder.suggest(path) for path in wanted]):
        hits = sum(
            bool(one.candidates) and one.candidates[0].path.rstrip("/") == wanted[one.dead]
            for one in found
        )
        assert hits >= 0.93 * 150
    sure = [
        one for one in finder.suggest_all(list(wanted)) if one.action is RedirectAction.REDIRECT
    ]
    wrong = [one for one in sure if one.candidates[0].path.rstrip("/") != wanted[one.dead]]
    assert len(wrong) <= 0.04 * len(sure)


@pytest.mark.parametrize(
    ("dead", "expected"),
    [
        ("/docs/containers/overview/", "/docs/containers/"),
        ("/docs/containers/containers-overview/", "/docs/containers/"),
        ("/docs/scripting/index.html", "/docs/scripting/overview"),
        ("/docs/scripting/", "/docs/scripting/overview"),
        ("/docs/scripting/introduction", "/docs/scripting/overview"),
    ],
)
def test_what_introduces_a_folder_leads_to_what_introduces_it_now(dead: str, expected: str) -> None:
    live = ["/docs/containers/", "/docs/scripting/overview", "/docs/scripting/script-modules"]
    live += [f"/docs/{folder}/overview" for folder in ("security", "kubectl", "service", "contact")]
    assert first(dead, *live) == expected


def test_a_page_about_nodes_is_no_shell_of_a_number() -> None:
    live = ["/docs/architecture/nodes/", "/docs/tasks/administer/", "/story/nodes-at-sea"]
    assert first("/docs/admin/node/", *live) == "/docs/architecture/nodes/"
    assert "node" not in parts_of("/node/4711").words


def test_the_title_of_a_page_stands_in_most_addresses() -> None:
    live = ["/journal/winter-bathing", "/journal/winter-camping", "/shop/bath-towels"]
    found = Finder(live, known={"/?p=88": Known("Winter bathing: how to start")}).suggest("/?p=88")
    assert found.candidates[0].path == "/journal/winter-bathing"
    assert Finder(live).suggest("/?p=88").action is RedirectAction.GONE


def test_a_page_that_went_up_in_the_one_above_it_leads_there() -> None:
    live = ["/en/stores/oslo/", "/de/stores/oslo/", "/press/new-store-oslo/", "/en/stores/"]
    assert first("/en/stores/oslo/directions", *live) == "/en/stores/oslo/"
    assert first("/2016/12/gift-guide/", "/gift-guide-2014", "/gift-guide-2016") == (
        "/gift-guide-2016"
    )


@pytest.mark.parametrize(
    ("dead", "expected"),
    [
        # `20.1` is one number, and a folder that says which version is one, too.
        ("/docs/v20.1/start-node.html", "/docs/v20.1/cluster-start"),
        ("/docs/stable/start-node.html", "/docs/stable/cluster-start"),
        # What a parameter shows is not what a page is about.
        ("/reference/5.1/module/get-item.md", "/module/get-item?view=shell-5.1"),
        ("/reference/7.2/module/get-item.md", "/module/get-item?view=shell-7.2"),
        # `sense` has the stem of `sensor`, and is another word.
        ("/components/sensor.tcp", "/integrations/tcp"),
        # A year in both has to be the same.
        ("/docs/2014/services/rename", "/previous/2014/services/rename"),
        # The front of a folder leads to what is its front now.
        ("/set/concepts/mdop/index.md", "/shell/mdop/get-started"),
    ],
)
def test_what_real_sites_taught(dead: str, expected: str) -> None:
    live = [f"/docs/{v}/cluster-start" for v in ("v20.2", "v19.2", "stable", "v20.1", "v2.0")]
    live += [f"/module/get-item?view=shell-{v}" for v in ("6.0", "7.2", "5.1")]
    live += ["/integrations/sense", "/integrations/tcp"]
    live += ["/previous/2016/services/rename", "/previous/2014/services/rename"]
    live += ["/shell/windows/get-started", "/shell/mdop/get-started", "/shell/windows/concepts"]
    assert first(dead, *live) == expected


def test_a_short_name_is_not_more_than_the_same_name() -> None:
    live = ["/docs/home/", "/docs/ref/kubectl/docker-cli-to-kubectl/"]
    live += [f"/docs/x/page-{number}" for number in range(200)]
    assert first("/docs/user-guide/docker-cli-to-kubectl/", *live) == live[1]
    live = ["/docs/net/network-policies/", "/docs/windows/user-guide-containers/"]
    assert first("/docs/user-guide/networkpolicies/", *live) == live[0]


def test_an_index_leads_to_the_index_of_the_folder_where_its_pages_went() -> None:
    dead = [f"/man/{name}.html" for name in ("api", "compute", "network", "index")]
    live = [f"/cli/{name}.html" for name in ("api", "compute", "network", "index")]
    found = Finder([*live, "/user/index.html"]).suggest_all(dead)
    assert [one.candidates[0].path for one in found] == live


def test_the_order_of_the_live_pages_changes_nothing_that_is_clear() -> None:
    paths = live_paths()
    random.Random(5).shuffle(paths)
    dead = [old for _, old, _ in pairs()]
    assert right(Finder(paths).suggest_all(dead)) / len(dead) >= 0.93


@pytest.mark.parametrize(
    ("dead", "live", "action"),
    [
        ("/old/nothing-like-it", ["/pricing", "/blog/tea"], RedirectAction.GONE),
        ("/zz/qq", ["/", "/en/", "https://acme.example"], RedirectAction.GONE),
        ("/blog/tea-guide.html", ["/blog/tea-guide", "/pricing"], RedirectAction.REDIRECT),
        ("/blog/tea", ["/blog/tea", "/blog/tea-guide"], RedirectAction.ALIVE),
        ("https://acme.example/blog/tea", ["/blog/tea"], RedirectAction.ALIVE),
        ("https://old.example/tea", ["https://new.example/tea"], RedirectAction.REDIRECT),
        ("/install", ["/docs/v2/install", "/docs/v3/install"], RedirectAction.SUGGEST),
    ],
)
def test_the_action_says_how_sure_it_is(dead: str, live: list[str], action: str) -> None:
    assert Finder(live).suggest(dead).action == action


def first(dead: str, *live: str) -> str:
    return Finder(live).suggest(dead).candidates[0].path


def test_numbers_must_agree_and_keys_of_a_database_decide() -> None:
    assert first("/docs/v3/setup.html", "/docs/v2/setup", "/docs/v3/setup") == "/docs/v3/setup"
    assert first("/part-2.html", "/series/part-1", "/series/part-2") == "/series/part-2"
    assert first("/item.php?id=48211", "/p/48212-chair", "/p/48211-table") == "/p/48211-table"


def test_a_number_beside_words_in_a_parameter_must_agree_as_in_a_path() -> None:
    live = ["/items/ax-4410", "/items/ax-4411", "/items/bx-4411"]
    found = Finder(live).suggest("/catalog/item.php?sku=AX-4411")
    assert found.candidates[0].path == "/items/ax-4411"


def test_two_words_are_one_where_the_site_writes_them_so() -> None:
    live = ["/guides/powershell/setup", "/guides/power-tools/setup", "/powershell"]
    assert first("/docs/PowerShell/set-up", *live) == "/guides/powershell/setup"


def test_the_language_stays() -> None:
    assert first("/fr/guide.html", "/de/guide", "/fr/guide", "/en/guide") == "/fr/guide"
    assert first("/guide.php?lang=de", "/fr/guide", "/de/guide") == "/de/guide"


def test_moved_folders_decide_where_names_do_not() -> None:
    live = [f"/{shelf}/{name}" for shelf in ("tea", "coffee") for name in ("pots", "cups", "tins")]
    live += ["/tea/strainers", "/tea/whisks", "/tea/scales-a", "/coffee/grinders"]
    dead = ["/c-17/strainers", "/c-17/whisks", "/c-17/pots"]
    assert Finder(live).suggest("/c-17/pots").action is RedirectAction.SUGGEST
    assert Finder(live).suggest_all(dead)[2].candidates[0].path == "/tea/pots"


def test_titles_find_what_paths_cannot() -> None:
    live = ["/a/sneakers", "/a/trainers-guide", "/b/old-one-more"]
    known = {
        "/x/old-one": Known("Running shoes for winter"),
        "/a/sneakers": Known("Running shoes for winter and autumn"),
        "/a/trainers-guide": Known("How to become a trainer"),
    }
    assert first("/x/old-one", *live) == "/b/old-one-more"
    known["/b/old-one-more"] = Known("Imprint")
    found = Finder(live, known=known).suggest("/x/old-one")
    assert found.candidates[0].path == "/a/sneakers"


def test_a_path_is_read_without_what_names_no_content() -> None:
    parts = parts_of("https://Acme.example/de/2019/05/12/Über-Tee_48211.html?utm_source=x#top")
    assert parts.language == "de"
    assert parts.segments == (("ueber", "tee"),)
    assert parts.ids == {"48211"}
    assert parts_of("/shop/index.php").index
    assert parts_of("/de/").is_home


@settings(max_examples=150, deadline=None)
@given(dead=st.text(max_size=40), live=st.lists(st.text(max_size=40), max_size=8))
def test_any_text_gets_an_answer_and_never_the_home_page(dead: str, live: list[str]) -> None:
    found = Finder([*live, "/"]).suggest(dead)
    assert found.dead == dead
    scores = [one.score for one in found.candidates]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    if not parts_of(dead).is_home:
        assert "/" not in {one.path for one in found.candidates}

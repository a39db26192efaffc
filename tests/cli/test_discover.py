"""`anchorwatch discover`: one object per line, honest exit codes, and a quick start."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.cli import discover
from shared.errors import InvalidError
from tests.crawler.discovery.archives import packed, response, wat

LINK = {"path": "A@/href", "url": "https://our.example/a", "text": "guide", "rel": "ugc"}
LOG = (
    '203.0.113.7 - - [10/Oct/2026:13:55:36 +0200] "GET /a HTTP/1.1" 200 1'
    ' "https://blog.example/" "Mozilla/5.0 Firefox/140.0"\n'
)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]], str]:
    code = discover.main(["--site", "our.example", "--json", *words])
    said = capsys.readouterr()
    return code, [json.loads(line) for line in said.out.splitlines()], said.err


def written(folder: Path, data: bytes) -> str:
    path = folder / "file"
    path.write_bytes(data)
    return str(path)


def test_links_of_a_wat_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, rows, _ = run(capsys, "--wat", written(tmp_path, packed(wat([LINK]))))
    assert code == 0
    assert rows == [
        {
            "referring_url": "https://blog.example/post",
            "referring_domain": "blog.example",
            "target_url": "https://our.example/a",
            "anchor_text": "guide",
            "rel": ["ugc"],
            "kind": "text",
            "source": "wat",
            "seen_at": "2026-05-31T01:17:49+00:00",
            "page": {"title": "A post", "lang": None, "noindex": False, "nofollow": False},
        }
    ]


def test_other_hosts_of_the_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link = LINK | {"url": "https://old-name.example/a"}
    path = written(tmp_path, packed(wat([link])))
    assert run(capsys, "--wat", path)[0] == 1
    assert run(capsys, "--also", "old-name.example", "--wat", path)[0] == 0


def test_mentions_of_a_warc_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, packed(response("<p>Sail with Acme Boats.")))
    code, rows, _ = run(capsys, "--brand", "Acme Boats", "--warc", path)
    assert code == 0
    assert rows[0]["kind"] == "mention"
    assert rows[0]["target_url"] is None
    assert rows[0]["sentence"] == "Sail with Acme Boats."


def test_referrers_of_a_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, rows, err = run(capsys, "--access-log", written(tmp_path, LOG.encode()))
    assert code == 0
    assert rows == [
        {
            "referring_url": None,
            "referring_domain": "blog.example",
            "target_url": "https://our.example/a",
            "hits": 1,
            "first_seen": "2026-10-10T11:55:36+00:00",
            "last_seen": "2026-10-10T11:55:36+00:00",
            "page_known": False,
        }
    ]
    assert "Visits from pages of others: 1" in err
    assert "203.0.113.7" not in err


def test_of_a_damaged_file_the_sound_part_is_given_and_the_rest_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, packed(wat([LINK]), wat([LINK], url="https://b.example/"))[:-20])
    code, rows, err = run(capsys, "--wat", path)
    assert code == 3
    assert len(rows) == 1
    assert "the file ends in the middle" in err


def test_people_read_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, packed(wat([LINK | {"text": "a\x1b[31mb"}])))
    assert discover.main(["--site", "our.example", "--wat", path]) == 0
    said = capsys.readouterr().out
    assert said == (
        "https://blog.example/post -> https://our.example/a (Text link) “a[31mb” [ugc]\n"
    )


@pytest.mark.parametrize("site", ["localhost", "10.0.0.1", "http://"])
def test_a_site_has_to_be_a_domain(site: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        discover.main(["--site", site, "--wat", "x"])
    assert ended.value.code == 2
    assert "is not a domain" in capsys.readouterr().err


def test_domains_of_a_web_graph_the_best_placed_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = {
        "vertices": "0\tcom.blog\t1\n1\texample.our\t2\n2\torg.wiki\t9\n",
        "edges": "0\t1\n1\t2\n2\t1\n",
        "ranks": "#harmonicc_pos\t#harmonicc_val\t#pr_pos\t#pr_val\t#host_rev\n3\t9\t5\t1\torg.wiki\n",
    }
    for kind, text in lists.items():
        name = f"cc-main-2026-apr-may-jun-domain-{kind}.txt"
        (tmp_path / name).write_text(text)
    code, rows, _ = run(capsys, "--graph", str(tmp_path))
    assert code == 0
    assert rows[0] == {
        "referring_url": None,
        "referring_domain": "wiki.org",
        "target_domain": "our.example",
        "source": "webgraph",
        "release": "cc-main-2026-apr-may-jun",
        "harmonic_rank": 3,
        "pagerank_rank": 5,
    }
    assert [row["referring_domain"] for row in rows] == ["wiki.org", "blog.com"]
    assert discover.main(["--site", "shop.our.example", "--graph", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "wiki.org -> our.example (number 3 by harmonic centrality)" in said.out
    assert "our.example as a whole" in said.err


def test_a_folder_without_a_graph_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InvalidError, match="no vertices and no edges"):
        run(capsys, "--graph", str(tmp_path))

"""A file with broken rows: the others are taken, and the broken ones come back as a file."""

import csv
import io
from pathlib import Path

from tests.journeys.house import SITE, House, Json, living
from tests.profile.imports.files import DATA
from tests.web import FakeWeb

ROWS = 200
BROKEN = {
    16: "not a link at all",
    32: "",
    49: "http://",
    60: "ftp://files.example/a",
    87: "javascript:void(0)",
    103: "mailto:someone@blog.example",
    119: "http://exa mple.com/a b",
    150: "=HYPERLINK(1)",
    176: "https://[::1/",
    198: "n/a",
}
"""By the number of the row below the header, which is the first line."""
THIRD = {
    "ahrefs_backlinks_utf16.csv": ("https://blog2.example/post?a=1,2&x=2", "utf-16"),
    "ahrefs_backlinks_utf8.csv": ("https://blog2.example/post?a=1,2&x=2", "utf-8"),
    "bing_domains.csv": ("https://ref2.example", "utf-8-sig"),
    "bing_pages.csv": ("https://ref2.example/a", "utf-8-sig"),
    "excel_resaved_semicolon.csv": ("https://e2.example/a,b", "utf-8"),
    "gsc_latest_links_en.csv": ("https://g2.example/a,b", "utf-8"),
    "gsc_latest_links_he.csv": ("https://g2.example/a", "utf-8"),
    "gsc_top_linking_sites_en.csv": ("s2.example", "utf-8"),
    "majestic_download_backlinks.csv": ("https://m2.example/x", "utf-8"),
    "moz_ose_legacy.csv": ("z2.example/x", "utf-8"),
    "semrush_backlink_audit.csv": ("https://c2.example/p", "utf-8"),
    "semrush_backlinks.csv": ("https://b2.example/a,b", "utf-8-sig"),
    "url_list.txt": ("https://u2.example/a", "utf-8"),
}
"""The third link of each export: how it is written, and in which encoding."""


async def errors_of(house: House, job: Json) -> list[dict[str, str]]:
    answer = await house.http.get(f"/v1/jobs/{job['id']}/errors?format=csv")
    assert answer.status == 200
    assert (answer.header("content-type") or "").startswith("text/csv")
    assert "attachment" in (answer.header("content-disposition") or "")
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))


async def test_one_row_in_twenty_is_broken_and_the_rest_is_imported(
    home: Path, web: FakeWeb
) -> None:
    pages = {row: f"http://blog{row}.example/a" for row in range(1, ROWS + 1)}
    lines = ["Source url,Target url,Anchor"]
    lines += [f"{BROKEN.get(row, url)},http://{SITE}/,Shop" for row, url in pages.items()]
    file = home / "links.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    async with living(home, web) as house:
        job = await house.upload(file)
        assert (job["state"], job["accepted"], job["rejected"]) == ("done", 190, 10)
        assert set(await house.links()) == {url for row, url in pages.items() if row not in BROKEN}

        errors = await errors_of(house, job)
        assert [int(error["row"]) for error in errors] == [row + 1 for row in BROKEN]
        for error in errors:
            row = int(error["row"])
            assert error["column"] == f"/files/0/rows/{row}/referring_url"
            assert error["what to do"].endswith(".")
            assert error["as given"].lstrip("'") == BROKEN[row - 1]


async def test_in_every_export_a_broken_row_is_named_and_the_others_are_taken(
    home: Path, web: FakeWeb
) -> None:
    async with living(home, web, site={"domains": [{"host": "target.example"}]}) as house:
        for name, (url, encoding) in THIRD.items():
            text = (DATA / name).read_bytes().decode(encoding)
            assert text.count(url) >= 1
            file = home / name
            file.write_bytes(text.replace(url, "not a link", 1).encode(encoding))
            job = await house.upload(file)
            assert (job["accepted"], job["rejected"]) == (29, 1), name
            [error] = await errors_of(house, job)
            line = 1 + text[: text.index(url)].count("\n")
            assert int(error["row"]) == line, name
            assert "not a link" in error["as given"], name

"""An audit as page, table and PDF: complete, safe to open, and the same for the same inputs."""

import csv
import io
import re
from base64 import b64encode
from typing import Any

import pytest
import uvloop
from fastapi import FastAPI

from services.profile.adapters.pdf import NoBrowserError, Printer
from services.profile.api.audit_forms import Form, form_of
from services.profile.domain.audit_csv import csv_of
from services.profile.domain.audit_diff import diff_of
from services.profile.domain.logo import read_logo
from services.profile.domain.report import Brand, html_of
from services.profile.domain.site import Site
from shared.db import Database
from shared.vocabulary import Role
from tests.http import Http
from tests.profile.conftest import a_caller, add_link, add_site, as_caller
from tests.profile.report_sample import HOSTILE, a_report
from tests.profile.test_audits import make_audit

PNG = "data:image/png;base64," + b64encode(b"\x89PNG\r\n\x1a\n and more").decode()


def test_the_page_loads_nothing_and_keeps_hostile_words_as_words() -> None:
    page = html_of(a_report(), Brand("Northwind", PNG))
    assert HOSTILE not in page
    assert "&lt;img src=x onerror" in page
    assert "<script" not in page
    sources = re.findall(r'\b(?:src|srcset|action|data)="([^"]*)"', page)
    assert sources == [PNG]
    assert not re.search(r"url\((?!#)|@import|<link", page)
    assert "Prepared by Northwind" in page


def test_no_code_stands_on_the_page() -> None:
    page = html_of(a_report(), Brand())
    shown = re.sub(r"<style.*?</style>|<code>.*?</code>|<[^>]+>", " ", page, flags=re.DOTALL)
    codes = re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", shown)
    assert codes == []


def test_an_audit_of_nothing_is_a_page_too() -> None:
    names = ("reasons", "rel", "bands", "actions", "domains", "positions")
    nothing: dict[str, Any] = {name: {} for name in names}
    empty: dict[str, Any] = dict.fromkeys(
        ("kinds", "texts", "months", "sitewide", "targets", "imports"), ()
    )
    report = a_report(
        **nothing, **empty, overview={}, origins={}, counts={}, evidence={}, known_until=None
    )
    page = html_of(report, Brand())
    assert "No link to this site is known yet" in page
    assert report["health"]["score"] is None


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", Form.JSON),
        ("*/*", Form.JSON),
        ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", Form.HTML),
        ("text/csv; q=0.2, application/json", Form.JSON),
        ("application/pdf", Form.PDF),
        ("text/html;q=x, text/csv", Form.CSV),
    ],
)
def test_accept_says_which_form(accept: str, form: Form) -> None:
    assert form_of(accept) is form


def test_the_table_has_every_figure_and_no_formula() -> None:
    report = a_report()
    report["figures"][0]["label"] = "=HYPERLINK(1)"
    rows = list(csv.DictReader(io.StringIO(csv_of(report))))
    assert len(rows) == len(report["figures"]) + len(report["findings"])
    assert rows[0]["figure"] == "'=HYPERLINK(1)"
    assert rows[1]["count"] == str(report["figures"][1]["count"])


@pytest.mark.parametrize(
    "logo",
    [
        "https://evil.example/logo.png",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/png;base64,R0lGODlh",
        "data:image/png;base64,%%%",
        "data:image/png;base64," + b64encode(b"\x89PNG\r\n\x1a\n" + bytes(50_000)).decode(),
    ],
)
def test_a_logo_is_a_small_picture_or_refused(logo: str) -> None:
    with pytest.raises(ValueError, match=r"picture|Give"):
        read_logo(logo)


def test_a_logo_comes_back_in_its_plain_form() -> None:
    assert read_logo(PNG.replace("base64,", "base64, ")) == PNG


def test_the_difference_of_two_audits_names_what_moved() -> None:
    before = a_report()
    after = a_report(counts={"lost_links": 150, "changed_links": 2}, evidence={})
    after["figures"][1]["count"] += 5
    found = diff_of(before, after)
    assert found["same_inputs"]
    assert [(one["code"], one["change"]) for one in found["figures"]] == [("links_present", 5)]
    states = {one["code"]: one["state"] for one in found["findings"]}
    assert states["lost_links"] == "grown"
    assert states["changed_links"] == "new"
    assert states["could_not_look"] == "gone"
    nothing = diff_of(before, before)
    assert nothing["figures"] == nothing["findings"] == []


def test_a_pdf_is_printed_where_chromium_is_and_refused_where_not() -> None:
    """On the loop that the services run on: it takes less than that of the standard library."""
    printed = uvloop.run(Printer(None, sandbox=False).pdf_of(html_of(a_report(), Brand())))
    assert printed.startswith(b"%PDF-")
    with pytest.raises(NoBrowserError, match="print the page from your browser"):
        uvloop.run(Printer("no-such-browser", sandbox=True).pdf_of("<p>x</p>"))


async def test_the_route_gives_every_form_and_the_difference(
    app: FastAPI, alice: Http, database: Database, home: Site
) -> None:
    branded = {"settings": {"report_name": "Northwind", "report_logo": PNG}}
    site = await alice.get(f"/v1/sites/{home.site_id}")
    given = alice.sending(if_match=site.header("etag") or "")
    assert (await given.send("PATCH", f"/v1/sites/{home.site_id}", branded)).status == 200
    first = await make_audit(alice, database, home)
    async with database.begin() as tx:
        await add_link(tx, home, page="https://more.example/")
    second = await make_audit(alice, database, home)
    path = f"/v1/audits/{first['id']}"
    page = await alice.sending(accept="text/html").get(path)
    assert (page.header("content-type") or "").startswith("text/html")
    assert "default-src 'none'" in (page.header("content-security-policy") or "")
    assert "Northwind" in page.body.decode()
    assert (await alice.get(f"{path}?format=csv")).body.decode().startswith("group,figure,count")
    moved = (await alice.get(f"{path}/diff/{second['id']}")).json()
    changes = {one["code"]: one["change"] for one in moved["figures"]}
    assert changes["links"] == changes["status_pending"] == 1
    assert not moved["same_inputs"]
    client = as_caller(app, a_caller(home, Role.CLIENT))
    theirs: dict[str, Any] = (await client.get(path)).json()
    assert "toxic_ignored_by_search_engines" not in {one["code"] for one in theirs["figures"]}
    assert "search engines ignore" not in (await client.get(f"{path}?format=html")).body.decode()
    async with database.begin() as tx:
        other = await add_site(tx, "other.example", home.workspace_id)
    elsewhere = await make_audit(alice, database, other)
    assert (await alice.get(f"{path}/diff/{elsewhere['id']}")).status == 422

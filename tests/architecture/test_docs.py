"""The documentation is in step: generated pages, descriptions, dashboards, alerts and links."""

import json
import re
from pathlib import Path

import pytest
import yaml

from shared.migrations import SERVICES
from tests.architecture.pages import (
    DASHBOARDS,
    ROOT,
    family_of,
    metrics,
    own_fields,
    pages,
    settings_classes,
)

METRIC_NAME = re.compile(r"\banchorwatch_[a-z_]+\b")
SUFFIXES = ("_bucket", "_count", "_sum")
LINK = re.compile(r"\]\(([^)#:]+?)(?:#[^)]*)?\)")
MARKDOWN = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def unknown_metrics(text: str) -> set[str]:
    """Return the names in a query that no service measures."""
    known = metrics().keys()
    found = set(METRIC_NAME.findall(text))
    return {
        name
        for name in found
        if name not in known and not any(name.removesuffix(end) in known for end in SUFFIXES)
    }


@pytest.mark.parametrize("file", pages())
def test_a_generated_page_is_in_step_with_the_code(file: str) -> None:
    assert (ROOT / file).read_text(encoding="utf-8") == pages()[file](), "run `make docs`"


def test_every_setting_says_what_it_does() -> None:
    silent = [
        f"{name}.{field}"
        for name, settings in settings_classes().items()
        for field in own_fields(settings)
        if not (settings.model_fields[field].description or "").endswith(".")
    ]
    assert silent == []


def test_every_metric_is_described_and_named_after_its_owner() -> None:
    for name, metric in metrics().items():
        assert family_of(metric).documentation.endswith("."), name
        assert name.startswith("anchorwatch_"), name
        assert not {"url", "domain", "site_id", "link_id", "workspace_id"} & set(metric._labelnames)


@pytest.mark.parametrize("name", ["bus", *SERVICES])
def test_a_dashboard_asks_only_for_metrics_that_exist(name: str) -> None:
    dashboard = json.loads((ROOT / DASHBOARDS / f"{name}.json").read_text(encoding="utf-8"))
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert queries
    assert unknown_metrics("\n".join(queries)) == set()


def test_an_alert_asks_only_for_metrics_that_exist_and_is_explained() -> None:
    text = (ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8")
    manual = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    rules = yaml.safe_load(text)["groups"][0]["rules"]
    assert unknown_metrics("\n".join(rule["expr"] for rule in rules)) == set()
    assert [rule["alert"] for rule in rules if rule["alert"] not in manual] == []


def test_a_metric_that_is_not_there_is_seen() -> None:
    query = "rate(anchorwatch_http_requests_total[5m]) + anchorwatch_invented_total"
    assert unknown_metrics(query) == {"anchorwatch_invented_total"}


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_link_in_the_docs_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [to for to in LINK.findall(text) if not (page.parent / to).exists()] == []


def test_every_test_named_in_the_features_page_exists() -> None:
    text = (ROOT / "docs/features.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/[\w/.-]+)`", text))
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []

"""The public documents: in step with the code, whole, and readable by people."""

import json
from pathlib import Path
from typing import Any

import pytest

from services import contracts
from services.gateway.api.console import content_policy
from services.gateway.domain.documents import merged_openapi, operations
from shared.events import REGISTRY
from tests.gateway.conftest import House

_PUBLIC: dict[str, Any] = json.loads((contracts.FOLDER / "openapi.json").read_text("utf-8"))


def test_every_committed_document_is_in_step_with_the_code() -> None:
    behind = [
        name
        for name, document in contracts.all_documents().items()
        if contracts.written(document) != (contracts.FOLDER / f"{name}.json").read_text("utf-8")
    ]

    assert behind == [], "run `python -m services.contracts`"


@pytest.mark.parametrize("file", ["openapi.json", "asyncapi.json"])
async def test_the_documents_are_served_without_a_key(house: House, file: str) -> None:
    answer = await house.nobody.get(f"/{file}")

    assert answer.status == 200
    assert answer.json() == json.loads((contracts.FOLDER / file).read_text("utf-8"))


def test_every_operation_is_described_and_names_its_scope() -> None:
    for method, path, operation in operations(_PUBLIC):
        assert operation.get("description"), f"{method} {path} says nothing"
        free = {"/v1/approvals", "/v1/sessions", "/v1/sessions/current", "/v1/words"}
        is_free = path in free or path.startswith("/v1/me")
        assert operation.get("x-required-scope") or is_free, f"{method} {path}"


# Many things at once, or a thing of which the last word simply counts.
_WITHOUT_VERSION = {
    "/v1/contacts/{contact_id}",
    "/v1/sites/{site_id}/links",
    "/v1/sites/{site_id}/prospects",
    "/v1/threads/{thread_id}/mails/{inbound_id}",
}


def test_every_change_names_the_etag_that_it_needs_and_what_else_it_may_answer() -> None:
    for method, path, operation in operations(_PUBLIC):
        answers = set(operation["responses"])
        takes = {one["name"].lower() for one in operation.get("parameters", [])}
        assert {"401", "403", "404", "422", "429", "503"} <= answers
        assert "400" in answers or not {"cursor"} & takes, f"{method} {path}"
        assert {"400", "413", "415"} <= answers or "requestBody" not in operation
        assert "409" in answers or method == "GET"
        assert ({"412", "428"} <= answers) == ("if-match" in takes), f"{method} {path}"
        if method == "PATCH" and path not in _WITHOUT_VERSION:
            assert "if-match" in takes, f"{method} {path} says nothing of If-Match"


def test_what_is_no_json_is_named_by_its_media_type() -> None:
    paths = _PUBLIC["paths"]
    for path, media in (
        ("/v1/sites/{site_id}/removals.csv", "text/csv"),
        ("/v1/sites/{site_id}/toxicity/rescore", "application/jsonl"),
        ("/v1/sites/{site_id}/redirects", "text/plain"),
        ("/v1/jobs/{job_id}/errors", "text/csv"),
        ("/v1/sites/{site_id}/export", "text/csv"),
    ):
        assert media in paths[path]["get"]["responses"]["200"]["content"], path
    for path in ("/v1/contacts/erasures", "/v1/rebuilds"):
        assert "application/json" in paths[path]["post"]["responses"]["202"]["content"], path


def test_operation_ids_are_unique_and_references_lead_somewhere() -> None:
    ids = [operation["operationId"] for _, _, operation in operations(_PUBLIC)]
    assert len(ids) == len(set(ids))
    components = _PUBLIC["components"]
    for reference in references(_PUBLIC):
        _, _, kind, name = reference.split("/")
        assert name in components[kind]


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for item in value.values() for found in references(item)]
    return (
        [found for item in value for found in references(item)] if isinstance(value, list) else []
    )


def test_schemas_of_one_name_that_differ_are_told_apart() -> None:
    def document(kind: str) -> dict[str, Any]:
        schema = {"$ref": "#/components/schemas/Thing"}
        answer = {"200": {"content": {"application/json": {"schema": schema}}}}
        return {
            "paths": {f"/v1/{kind}": {"get": {"operationId": "get", "responses": answer}}},
            "components": {"schemas": {"Thing": {"type": kind}}},
        }

    merged = merged_openapi(
        {"crawler": document("string"), "profile": document("integer")}, {"paths": {}}, version="1"
    )

    schemas = merged["components"]["schemas"]
    assert schemas["Thing"] == {"type": "string"}
    assert schemas["ProfileThing"] == {"type": "integer"}
    assert references(merged["paths"]["/v1/integer"]["get"]["responses"]["200"]) == [
        "#/components/schemas/ProfileThing"
    ]


def test_the_asyncapi_document_names_every_outward_event() -> None:
    document = json.loads((contracts.FOLDER / "asyncapi.json").read_text("utf-8"))
    named = {message["name"] for message in document["components"]["messages"].values()}

    outward = {name for name, event in REGISTRY.items() if event.outward}
    assert named == outward | {"job.updated", "link.lost", "link.recovered", "link.gained"}
    assert "$ref" not in json.dumps(document["components"])


async def test_the_page_for_people_lists_every_route(house: House) -> None:
    page = (await house.nobody.get("/docs")).body.decode()

    assert all(f"{method} {path}</code>" in page for method, path, _ in operations(_PUBLIC))


async def test_the_console_is_served_under_a_policy_that_runs_only_our_scripts(
    house: House,
) -> None:
    answer = await house.nobody.get("/")

    assert answer.status == 200
    assert b"<!doctype html>" in answer.body[:40].lower()
    policy = answer.header("content-security-policy") or ""
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe" not in policy
    script = await house.nobody.get("/app.js")
    assert (script.header("content-type") or "").startswith("text/javascript")
    assert script.header("x-content-type-options") == "nosniff"


@pytest.mark.parametrize("path", ["/nothing.js", "/../pyproject.toml", "/%2e%2e/app.py"])
async def test_what_the_console_does_not_have_is_a_problem(house: House, path: str) -> None:
    answer = await house.nobody.get(path)

    assert (answer.status, answer.json()["code"]) == (404, "not-found")


def test_the_policy_has_the_hash_of_each_inline_script_and_no_other() -> None:
    policy = content_policy("<script src='a.js'></script><script type=importmap>{}</script>")

    assert policy.count("sha256-") == 1
    assert "sha256-RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=" in policy


def test_no_document_names_a_machine() -> None:
    for path in Path(contracts.FOLDER).glob("*.json"):
        assert "/work/" not in path.read_text("utf-8")

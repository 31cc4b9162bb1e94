"""The OpenAPI document: valid 3.1, complete, open to all; and the page made of it."""

import re

import jsonschema
import pytest
import yaml
from django.test import Client
from django.urls import reverse

from g60portal.api.examples import example_of
from tests.architecture.routes import all_routes

# The document itself, and second addresses of groups that are described below their cohort.
HAS_NO_DESCRIPTION = {"api-schema", "api-docs", "api-group", "api-members"}


@pytest.fixture(scope="module")
def document():
    return Client().get("/api/v1/schema/", headers={"accept": "application/json"}).json()


def operations(document):
    for path, methods in document["paths"].items():
        for method, facts in methods.items():
            yield path, method, facts


def test_document_when_checked_then_valid_openapi_31(document):
    from drf_spectacular.validation import validate_schema

    assert document["openapi"].startswith("3.1")
    validate_schema(document)


def test_document_when_compared_with_router_then_every_route_is_described(document):
    described = {re.sub(r"{\w+}", "{}", path) for path in document["paths"]}
    routes = {
        "/" + re.sub(r"<[^>]+>", "{}", route.path)
        for route in all_routes()
        if route.path.startswith("api/") and route.name not in HAS_NO_DESCRIPTION
    }
    assert routes == described


def test_document_when_read_then_every_operation_names_its_answers(document):
    poor = [
        f"{method} {path}"
        for path, method, facts in operations(document)
        if not {"401"} <= set(facts["responses"]) or not any(s < "300" for s in facts["responses"])
    ]
    assert poor == []


def test_document_when_read_then_every_write_with_a_body_describes_it(document):
    bodiless = {"post": "requestBody", "patch": "requestBody", "put": "requestBody"}
    missing = [
        facts["operationId"]
        for _path, method, facts in operations(document)
        if method in bodiless and "requestBody" not in facts
    ]
    assert set(missing) <= WITHOUT_BODY


WITHOUT_BODY = {
    "merges_undo",
    "organization_merges_undo",
    "certificates_issue",
    "notices_retry",
    "cohorts_notices_retry_create",
    "proposals_withdraw",
    "release_requests_withdraw",
    "releases_restore",
    "releases_send_now",
    "releases_take_back",
    "travel_cities_fill",
    "nominations_submit",
    "nominations_check",
    "roster_files_send",
    "roster_import_undo",
}


def test_document_when_read_then_operation_ids_are_unique_and_internals_stay_out(document):
    names = [facts["operationId"] for _path, _method, facts in operations(document)]
    assert len(names) == len(set(names))
    assert "self." not in str(document)


def test_document_when_examples_are_made_then_they_fit_their_schemas(document):
    for name, schema in document["components"]["schemas"].items():
        whole = {**schema, "components": document["components"]}
        value = example_of(schema, document)
        if isinstance(value, dict):
            wrong = [
                error.message
                for error in jsonschema.Draft202012Validator(whole).iter_errors(value)
                if error.validator in {"type", "required", "enum"}
            ]
            assert wrong == [], name


def test_document_when_yaml_is_asked_for_then_the_same(document):
    response = Client().get("/api/v1/schema/?format=yaml")
    assert response.status_code == 200
    assert yaml.safe_load(response.content)["paths"].keys() == document["paths"].keys()


@pytest.mark.parametrize("accept", ["", "*/*", "text/html", "application/json"])
def test_document_when_nothing_special_is_asked_then_json(accept):
    response = Client().get("/api/v1/schema/", headers={"accept": accept} if accept else {})
    assert response.headers["Content-Type"].startswith("application/json")
    assert response.json()["openapi"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_docs_page_when_opened_then_names_every_operation(document, language):
    client = Client()
    client.cookies["django_language"] = language
    page = client.get(reverse("api-docs")).content.decode()
    for path, method, facts in operations(document):
        assert f'id="{facts["operationId"]}"' in page, (method, path)

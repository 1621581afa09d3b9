"""The schema of the REST interface and its page."""

from io import StringIO

import yaml
from django.core.management import call_command


def test_the_schema_is_made_without_a_warning():
    said = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=said)
    schema = yaml.safe_load(said.getvalue())
    for resource in ("entities", "records", "submissions", "ratings", "cases"):
        assert f"/api/v1/{resource}/" in schema["paths"], resource


def test_the_schema_and_its_page_are_open_and_obey_the_content_policy(client, db):
    assert client.get("/api/schema/", {"format": "json"}).json()["info"]["version"] == "1"
    page = client.get("/api/docs/")
    html = page.content.decode()
    assert "swagger-ui-bundle.js" in html
    assert "style=" not in html
    assert "<script>" not in html
    assert "'unsafe" not in page["Content-Security-Policy"]
    assert "//cdn" not in html

"""Every method of the client."""

from __future__ import annotations

import inspect
import io
import json
import re
import warnings
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from v1 import CxReportClientV1

from tests.cxreports.place import ACCENT, Pdf, Place, data_of

# There are no jobs yet.
JOB_METHODS = {"get_jobs", "start_job_run", "get_job_run_status", "get_run_review_document", "deliver_job_run_entries"}


def integer(value: Any) -> bool:
    """Whether JSON has it as a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def refused(text: str) -> pytest.RaisesExc[RuntimeError]:
    """Expects an error of the client whose text begins so."""
    return pytest.raises(RuntimeError, match=f"^{re.escape(text)}")


def test_workspaces_and_what_they_have_are_listed(place: Place) -> None:
    client = place.client
    ours = [one for one in client.get_workspaces() if one["id"] == place.workspace]
    expected = {"id": place.workspace, "name": f"Workspace {place.code}", "description": "For the client", "code": place.code}
    assert ours == [expected], ("get_workspaces: ours, with all its fields", ours)
    kinds = client.get_report_types()
    expected = {"name": "Statements", "code": "statement", "defaultReportId": place.report, "defaultReportName": "Statement"}
    assert len(kinds) == 1 and expected.items() <= kinds[0].items() and integer(kinds[0]["id"]), ("get_report_types: the type and its default report", kinds)
    for name, preset, built_in in [("get_themes", place.theme, "dark-blue"), ("get_templates", place.template, "default")]:
        found = getattr(client, name)()
        ids = {one["code"]: one["id"] for one in found}
        assert ids.get(preset["code"]) == preset["id"] and built_in in ids, (f"{name}: ours beside those of the service", found)
        assert all(map(integer, ids.values())) and len({*ids.values()}) == len(found), (f"{name}: ids are numbers, and unlike", ids)


def test_reports_and_their_pages_are_listed(place: Place) -> None:
    client = place.client
    reports = {one["id"]: one for one in client.get_reports()}
    assert set(reports) == {place.report, place.other}, ("get_reports: all of the workspace", list(reports.values()))
    ours = reports[place.report]
    expected = {"name": "Statement", "reportTypeId": place.kind["id"], "reportTypeName": "Statements", "isDefault": True}
    assert expected.items() <= ours.items(), ("get_reports: the type, by number and name", ours)
    missing = {"id", "reportTemplateName", "previewImage", "themeName"} - ours.keys()
    assert not missing, ("get_reports: every field of the documentation is there", missing)
    found = [one["id"] for one in client.get_reports(type="statement")]
    assert found == [place.report], ("get_reports(type=…): those of the type", found)
    pages = client.get_report_pages(place.report)
    assert [page["number"] for page in pages] == [1, 2] and all(page["title"] for page in pages), ("get_report_pages: number and title of each", pages)


def test_a_pdf_shows_what_the_address_says(place: Place) -> None:
    report = place.report
    pdf = place.pdf(report)
    assert pdf.has("Statement Q1", "For Nobody", "1,234.50", "Total") and pdf.pages == 2, ("get_pdf(number): the report's own data and defaults", pdf.words)
    pdf = place.pdf(report, {"params": {"quarter": "Q3 Ω/?&+"}})
    assert pdf.has("Statement Q3 Ω/?&+"), ("params, by a dict", pdf.words)
    pdf = place.pdf("statement", {"params": {"quarter": "Q2"}, "data": json.dumps(data_of("Ms Type"))})
    assert pdf.has("Statement Q2", "For Ms Type"), ("get_pdf(type code): the default report of the type, with data as a string", pdf.words)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        pdf = place.pdf(reportId=report)
    assert pdf.has("Statement Q1") and any(one.category is DeprecationWarning for one in told), ("reportId=…, as old callers write it", pdf.words)
    pdf = place.pdf(report, {"timezone": "Europe/Berlin"})
    assert pdf.has("Due 2026-01-02 00:30."), ("timezone: half past eleven at night in UTC is tomorrow in Berlin", pdf.words)
    assert place.pdf(report).has("Due 2026-01-01 23:30."), "without one, UTC"
    pdf = place.pdf(report, {"lang": "de"})
    assert pdf.has("1.234,50", "Summe") and not pdf.has("Total"), ("lang: numbers and labels are German", pdf.words)


def test_theme_and_template_are_chosen_by_code_or_number(place: Place) -> None:
    report = place.report
    assert ACCENT not in place.pdf(report).colours, "without a theme the accent is not in it"
    for theme in ["crimson", str(place.theme["id"])]:
        pdf = place.pdf(report, theme=theme)
        assert ACCENT in pdf.colours, (f"theme={theme}: painted with its accent", pdf.colours)
    for template in ["letter", str(place.template["id"])]:
        pdf = place.pdf(report, {}, None, None, template)
        assert pdf.has("Header of Nobody", "Kept for ten years"), (f"template={template}: its header and footer", pdf.words)
        assert set(pdf.sheets) == {(595, 420)}, (f"template={template}: its sheet", pdf.sheets)


def test_data_is_left_for_a_while(place: Place) -> None:
    client = place.client
    left = client.push_temporary_data(data_of("Mr Temporary"))
    number, expiry = left["tempDataId"], datetime.fromisoformat(left["expiryDate"])
    assert integer(number) and 0 <= number < 2**53, ("push_temporary_data: a number that JavaScript keeps", left)
    assert abs(expiry - datetime.now(UTC) - timedelta(days=1)) < timedelta(minutes=5), ("push_temporary_data: kept for about a day", left)
    pdf = place.pdf(place.report, {"tempDataId": number, "params": {"quarter": "Q4"}})
    assert pdf.has("For Mr Temporary", "Statement Q4"), ("get_pdf with tempDataId: that data", pdf.words)
    pdf = Pdf(client.post_pdf(place.report, {"tempDataId": number}))
    assert pdf.has("For Mr Temporary"), ("post_pdf with tempDataId: that data", pdf.words)
    with refused("HTTP error occurred: 4"):  # unknown temporary data: an error
        place.pdf(place.report, {"tempDataId": number ^ 1})


def test_a_pdf_shows_what_the_body_says(place: Place) -> None:
    client = place.client
    body = {
        "params": {"quarter": "H1"},
        "data": data_of("Dr Body"),
        "format": "pdf",
        "timezone": "Asia/Tokyo",
        "lang": "de",
        "theme": "crimson",
        "template": "letter",
    }
    pdf = Pdf(client.post_pdf(place.report, body))
    assert pdf.has("Statement H1", "For Dr Body", "2026-01-02 08:30", "Summe"), ("post_pdf: params, data, timezone and lang", pdf.words)
    assert ACCENT in pdf.colours and pdf.has("Header of Dr Body"), ("post_pdf: theme and template", (pdf.colours, pdf.words))
    assert Pdf(client.post_pdf(place.report)).has("For Nobody"), "post_pdf: nothing but the report"
    pdf = Pdf(client.post_pdf("statement", {"excludePages": [2]}))
    assert pdf.pages == 1 and not pdf.has("Appendix"), ("post_pdf(type code) without the second page", pdf.words)
    with refused("HTTP error occurred: 4"):  # post_pdf with data that does not fit: an error
        client.post_pdf(place.report, {"data": {"rows": 7}})


def test_attachments_make_a_zip(place: Place) -> None:
    client = place.client
    with refused("Invalid content type, expected PDF"):  # get_pdf refuses the ZIP by itself
        client.get_pdf(place.report, {"includeAttachments": True})
    with refused("Invalid content type, expected PDF"):  # post_pdf refuses the ZIP by itself
        client.post_pdf(place.report, {"includeAttachments": True})
    file, status = place.exported({"includeAttachments": True, "data": data_of("Ms Zip")})
    names = zipfile.ZipFile(io.BytesIO(client.get_export_content(file))).namelist()
    assert any(name.endswith(".pdf") for name in names) and len(names) > 1, ("get_export_content: a ZIP with the PDF and the data", (status, names))


def test_an_export_is_started_followed_and_fetched(place: Place) -> None:
    client = place.client
    file, status = place.exported(
        {"data": data_of("Mx Export"), "params": {"quarter": "FY"}, "format": "pdf", "timezone": "UTC", "includeAttachments": False}
    )
    assert integer(file) and 0 <= file < 2**53, ("start_report_export: a number", file)
    assert (status["isReady"], status["errorMessage"]) == (True, None), ("get_export_status: ready, without an error", status)
    pdf = Pdf(client.get_export_content(file))
    assert pdf.has("Statement FY", "For Mx Export"), ("get_export_content: the PDF", pdf.words)
    file, _ = place.exported(
        {"tempDataId": client.push_temporary_data(data_of("Mr Left"))["tempDataId"], "excludePages": [2], "lang": "de"}, "statement"
    )
    pdf = Pdf(client.get_export_content(file))
    assert pdf.has("For Mr Left", "Summe") and pdf.pages == 1, ("an export by type code, of temporary data, without a page, in German", pdf.words)
    file, _ = place.exported({})
    assert Pdf(client.get_export_content(file)).has("For Nobody"), "an export of nothing but the report"


def test_an_export_that_cannot_succeed_says_why(place: Place) -> None:
    client = place.client
    file, status = place.exported({"data": {"customer": "Mr Misfit", "rows": "none"}})
    assert (status["isReady"], status["status"]) == (False, "Failed"), ("get_export_status: Failed", status)
    assert "rows" in (status["errorMessage"] or ""), ("get_export_status: errorMessage names what does not fit", status)
    with refused("HTTP error occurred: 4"):  # get_export_content: an error
        client.get_export_content(file)


def test_a_preview_is_opened_once_by_its_address(place: Place) -> None:
    client, imprint = place.client, place.imprint
    token = client.create_auth_token()
    assert set(token) == {"nonce"} and token["nonce"].startswith("imn_"), ("create_auth_token: a nonce", token)
    query = {"params": {"quarter": "Q9"}, "tempDataId": client.push_temporary_data(data_of("Ms Preview"))["tempDataId"], "lang": "de"}
    address = client.get_preview_url(place.report, query)
    entered = imprint.as_stranger(address)
    location, cookie = entered.headers.get("location", ""), entered.headers.get("set-cookie", "")
    assert entered.status_code == 303 and location.startswith("/ws/") and "nonce" not in location, ("get_preview_url: leads on, to an address without the nonce", entered.headers)
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    assert {"HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/"} <= attributes, ("with a cookie for frames of other sites", cookie)
    shown = imprint.as_stranger(f"{imprint.url}{location}", cookie=cookie.split(";")[0])
    words = ("Statement Q9", "For Ms Preview", "Summe")
    assert shown.status_code == 200 and all(one in shown.text for one in words), ("there the report is shown, with params, data and language", shown.text)
    for what, again in [("the address again", address), ("the second address without the cookie", f"{imprint.url}{location}")]:
        shown = imprint.as_stranger(again)
        assert shown.status_code == 401 and "Ms Preview" not in shown.text, (f"{what}: 401, and nothing of the report", (shown.status_code, shown.text))


@pytest.mark.parametrize("name", ["get_workspaces", "get_pdf", "post_pdf", "start_report_export", "push_temporary_data", "create_auth_token"])
def test_a_wrong_token_is_an_error(place: Place, name: str) -> None:
    stranger = CxReportClientV1(place.imprint.url, place.workspace, "wrong")
    words: tuple[Any, ...] = {"get_workspaces": (), "create_auth_token": (), "push_temporary_data": ({},)}.get(name, (place.report,))
    with refused("Unauthenticated."):
        getattr(stranger, name)(*words)


@pytest.mark.parametrize("name", ["get_pdf", "post_pdf", "start_report_export", "get_report_pages"])
def test_an_unknown_report_is_an_error(place: Place, name: str) -> None:
    with refused("HTTP error occurred: 404"):
        getattr(place.client, name)(2**40)


def test_what_a_call_names_has_to_exist(place: Place) -> None:
    client = place.client
    with refused("HTTP error occurred: 404"):  # an unknown report type, get_pdf
        client.get_pdf("no-such-type")
    with refused("HTTP error occurred: 404"):  # an unknown workspace
        client.get_reports(workspace_id=2**40)
    with refused("HTTP error occurred: 404"):  # an unknown export
        client.get_export_status(1)
    with refused("HTTP error occurred: 400"):  # an unknown theme
        client.get_pdf(place.report, theme="neon")


def test_another_workspace_is_named_by_the_call(place: Place) -> None:
    elsewhere = CxReportClientV1(f" {place.imprint.url}/ ", 2**40, place.imprint.token)
    there = {"workspace_id": place.workspace}
    assert {one["id"] for one in elsewhere.get_reports(**there)} == {place.report, place.other}, "get_reports(workspace_id=…)"
    assert Pdf(elsewhere.get_pdf(place.report, **there)).has("For Nobody"), "get_pdf(workspace_id=…)"
    assert len(elsewhere.get_report_types(workspace_id=place.code)) == 1, "a workspace by its code"


# It looks back at the others.
def test_every_method_was_called(place: Place) -> None:
    public = {name for name, _ in inspect.getmembers(CxReportClientV1, callable) if not name.startswith("_")}
    called = place.client.names & public
    assert public - JOB_METHODS <= called, (f"{len(called)} methods of the client are called here", sorted(public - JOB_METHODS - called))
    assert public >= JOB_METHODS and not called & JOB_METHODS, ("the methods of jobs are those that are known", sorted(JOB_METHODS - public))

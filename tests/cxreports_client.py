"""CxReports' own Python client, unchanged, against a running stack: `python3 tests/cxreports_client.py http://127.0.0.1:8080 TOKEN`.

Calls every public method of `CxReportClientV1` but those of jobs, in the ways that its documentation and its code show, and looks at what
comes: the words and colours of PDFs, the fields of lists. A method that a later version adds, and that nobody called here, is a failure.
Works in a workspace of its own. One line a check; ends with 1 when one failed.
"""

from __future__ import annotations

import argparse
import inspect
import io
import json
import re
import time
import uuid
import warnings
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.programs import PATIENCE, Checks, Imprint, UserError, main

# There are no jobs yet.
JOB_METHODS = {"get_jobs", "start_job_run", "get_job_run_status", "get_run_review_document", "deliver_job_run_entries"}
ACCENT = "#aa0033"

# Two pages. What it shows comes from parameters, data, the language, the time zone, the theme and the template.
DEFINITION = {
    "title": "Statement {{ params.quarter }}",
    "lang": "en",
    "params": [{"name": "quarter", "default": "Q1"}],
    "blocks": [
        {"kind": "heading", "text": "For {{ data.customer }}"},
        {"kind": "text", "markdown": "Due {{ data.due|fmt('date:%Y-%m-%d %H:%M') }}."},
        {
            "kind": "table",
            "data": "rows",
            "columns": [{"field": "item"}, {"field": "amount", "format": "number:2"}],
            "totals": ["amount"],
        },
        {"kind": "pagebreak"},
        {"kind": "heading", "text": "Appendix"},
    ],
}


def data_of(customer: str) -> dict[str, Any]:
    """Data that fits the definition."""
    return {
        "customer": customer,
        "due": "2026-01-01T23:30:00Z",
        "rows": [{"item": "Linen", "amount": 1000.5}, {"item": "Plates", "amount": 234}],
    }


class Used:
    """The client, and which of its methods were called."""

    def __init__(self, client: Any) -> None:
        self.client, self.names = client, set[str]()

    def __getattr__(self, name: str) -> Any:
        self.names.add(name)
        return getattr(self.client, name)


class Pdf:
    """A PDF: its words, the colours it paints with, the sizes of its sheets."""

    def __init__(self, content: bytes) -> None:
        from pypdf import PdfReader  # only the venv has it

        pages = PdfReader(io.BytesIO(content)).pages
        self.pages = len(pages)
        self.words = "\n".join(" ".join(page.extract_text().split()) for page in pages)
        self.sheets = [tuple(round(length) for length in page.mediabox[2:]) for page in pages]
        self.colours = {colour for page in pages for colour in colours(page.get_contents().get_data())}

    def has(self, *words: str) -> bool:
        """Whether all these words are on its pages."""
        return all(one in self.words for one in words)


def colours(content: bytes) -> set[str]:
    """The colours that a page's operators fill with, as `#rrggbb`."""
    filled = re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) (?:scn|rg)\b", content)
    return {"#" + "".join(f"{round(float(part) * 255):02x}" for part in parts) for parts in filled}


@dataclass
class Place:
    """What the test works with: a workspace, what it has, and the client."""

    check: Checks
    imprint: Imprint
    client: Used
    code: str
    workspace: int
    report: int
    other: int
    theme: dict[str, Any]
    template: dict[str, Any]
    kind: dict[str, Any]

    @classmethod
    def new(cls, check: Checks, imprint: Imprint) -> Place:
        """Makes it all, under names that nobody else uses."""
        from v1 import CxReportClientV1  # the package's own name for it

        name = f"client-{uuid.uuid4().hex[:12]}"
        workspace = imprint.send("PUT", f"/api/v1/workspaces/{name}", {"name": f"Workspace {name}", "description": "For the client"})["id"]
        presets = f"/api/v1/ws/{workspace}"
        imprint.send("PUT", f"{presets}/report-types/statement", {"name": "Statements"})
        theme = imprint.send("PUT", f"{presets}/themes/crimson", {"name": "Crimson", "colours": {"accent": ACCENT}})
        letter = {
            "name": "Letter",
            "size": "a5",
            "orientation": "landscape",
            "header": "Header of {{ data.customer }}",
            "footer": "Kept for ten years",
        }
        template = imprint.send("PUT", f"{presets}/templates/letter", letter)
        body = {"owner": "tests", "workspace": name, "definition": DEFINITION, "data": data_of("Nobody")}
        report = imprint.send("POST", "/api/reports", body | {"name": "Statement", "slug": name, "reportType": "statement"})["number"]
        other = imprint.send("POST", "/api/reports", body | {"name": "Another", "slug": f"{name}-other"})["number"]
        kind = imprint.send("PUT", f"{presets}/report-types/statement", {"name": "Statements", "defaultReportId": report})
        client = Used(CxReportClientV1(imprint.url, workspace, imprint.token))
        return cls(check, imprint, client, name, workspace, report, other, theme, template, kind)

    def pdf(self, *arguments: Any, **options: Any) -> Pdf:
        """A PDF by `get_pdf`."""
        return Pdf(self.client.get_pdf(*arguments, **options))

    def exported(self, body: dict[str, Any], report: Any = None) -> tuple[int, dict[str, Any]]:
        """Starts an export and waits for its end as the client's documentation does; its id and its last status."""
        file = self.client.start_report_export(report or self.report, body)["temporaryFileId"]
        end = time.monotonic() + PATIENCE
        while True:
            status = self.client.get_export_status(file)
            if status.get("isReady") or status.get("status") == "Failed":
                return file, status
            if time.monotonic() > end:
                raise UserError(f"the export never ended: {status}")
            time.sleep(0.5)


def workspaces_and_what_they_have_are_listed(place: Place) -> None:
    check, client = place.check, place.client
    ours = [one for one in client.get_workspaces() if one["id"] == place.workspace]
    expected = {"id": place.workspace, "name": f"Workspace {place.code}", "description": "For the client", "code": place.code}
    check("get_workspaces: ours, with all its fields", ours == [expected], ours)
    kinds = client.get_report_types()
    expected = {"name": "Statements", "code": "statement", "defaultReportId": place.report, "defaultReportName": "Statement"}
    check(
        "get_report_types: the type and its default report",
        len(kinds) == 1 and expected.items() <= kinds[0].items() and integer(kinds[0]["id"]),
        kinds,
    )
    for name, preset, built_in in [("get_themes", place.theme, "dark-blue"), ("get_templates", place.template, "default")]:
        found = getattr(client, name)()
        ids = {one["code"]: one["id"] for one in found}
        check(f"{name}: ours beside those of the service", ids.get(preset["code"]) == preset["id"] and built_in in ids, found)
        check(f"{name}: ids are numbers, and unlike", all(map(integer, ids.values())) and len({*ids.values()}) == len(found), ids)


def reports_and_their_pages_are_listed(place: Place) -> None:
    check, client = place.check, place.client
    reports = {one["id"]: one for one in client.get_reports()}
    check("get_reports: all of the workspace", set(reports) == {place.report, place.other}, list(reports.values()))
    ours = reports[place.report]
    expected = {"name": "Statement", "reportTypeId": place.kind["id"], "reportTypeName": "Statements", "isDefault": True}
    check("get_reports: the type, by number and name", expected.items() <= ours.items(), ours)
    missing = {"id", "reportTemplateName", "previewImage", "themeName"} - ours.keys()
    check("get_reports: every field of the documentation is there", not missing, missing)
    found = [one["id"] for one in client.get_reports(type="statement")]
    check("get_reports(type=…): those of the type", found == [place.report], found)
    pages = client.get_report_pages(place.report)
    check(
        "get_report_pages: number and title of each",
        [page["number"] for page in pages] == [1, 2] and all(page["title"] for page in pages),
        pages,
    )


def a_pdf_shows_what_the_address_says(place: Place) -> None:
    check, report = place.check, place.report
    pdf = place.pdf(report)
    check(
        "get_pdf(number): the report's own data and defaults",
        pdf.has("Statement Q1", "For Nobody", "1,234.50", "Total") and pdf.pages == 2,
        pdf.words,
    )
    pdf = place.pdf(report, {"params": {"quarter": "Q3 Ω/?&+"}})
    check("params, by a dict", pdf.has("Statement Q3 Ω/?&+"), pdf.words)
    pdf = place.pdf("statement", {"params": {"quarter": "Q2"}, "data": json.dumps(data_of("Ms Type"))})
    check("get_pdf(type code): the default report of the type, with data as a string", pdf.has("Statement Q2", "For Ms Type"), pdf.words)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        pdf = place.pdf(reportId=report)
    check("reportId=…, as old callers write it", pdf.has("Statement Q1") and any(one.category is DeprecationWarning for one in told), pdf.words)
    pdf = place.pdf(report, {"timezone": "Europe/Berlin"})
    check("timezone: half past eleven at night in UTC is tomorrow in Berlin", pdf.has("Due 2026-01-02 00:30."), pdf.words)
    check("without one, UTC", place.pdf(report).has("Due 2026-01-01 23:30."))
    pdf = place.pdf(report, {"lang": "de"})
    check("lang: numbers and labels are German", pdf.has("1.234,50", "Summe") and not pdf.has("Total"), pdf.words)


def theme_and_template_are_chosen_by_code_or_number(place: Place) -> None:
    check, report = place.check, place.report
    check("without a theme the accent is not in it", ACCENT not in place.pdf(report).colours)
    for theme in ["crimson", str(place.theme["id"])]:
        pdf = place.pdf(report, theme=theme)
        check(f"theme={theme}: painted with its accent", ACCENT in pdf.colours, pdf.colours)
    for template in ["letter", str(place.template["id"])]:
        pdf = place.pdf(report, {}, None, None, template)
        check(f"template={template}: its header and footer", pdf.has("Header of Nobody", "Kept for ten years"), pdf.words)
        check(f"template={template}: its sheet", set(pdf.sheets) == {(595, 420)}, pdf.sheets)


def data_is_left_for_a_while(place: Place) -> None:
    check, client = place.check, place.client
    left = client.push_temporary_data(data_of("Mr Temporary"))
    number, expiry = left["tempDataId"], datetime.fromisoformat(left["expiryDate"])
    check("push_temporary_data: a number that JavaScript keeps", integer(number) and 0 <= number < 2**53, left)
    check("push_temporary_data: kept for about a day", abs(expiry - datetime.now(UTC) - timedelta(days=1)) < timedelta(minutes=5), left)
    pdf = place.pdf(place.report, {"tempDataId": number, "params": {"quarter": "Q4"}})
    check("get_pdf with tempDataId: that data", pdf.has("For Mr Temporary", "Statement Q4"), pdf.words)
    pdf = Pdf(client.post_pdf(place.report, {"tempDataId": number}))
    check("post_pdf with tempDataId: that data", pdf.has("For Mr Temporary"), pdf.words)
    check.raises("unknown temporary data: an error", "HTTP error occurred: 4", lambda: place.pdf(place.report, {"tempDataId": number ^ 1}))


def a_pdf_shows_what_the_body_says(place: Place) -> None:
    check, client = place.check, place.client
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
    check("post_pdf: params, data, timezone and lang", pdf.has("Statement H1", "For Dr Body", "2026-01-02 08:30", "Summe"), pdf.words)
    check("post_pdf: theme and template", ACCENT in pdf.colours and pdf.has("Header of Dr Body"), (pdf.colours, pdf.words))
    check("post_pdf: nothing but the report", Pdf(client.post_pdf(place.report)).has("For Nobody"))
    pdf = Pdf(client.post_pdf("statement", {"excludePages": [2]}))
    check("post_pdf(type code) without the second page", pdf.pages == 1 and not pdf.has("Appendix"), pdf.words)
    check.raises(
        "post_pdf with data that does not fit: an error", "HTTP error occurred: 4", lambda: client.post_pdf(place.report, {"data": {"rows": 7}})
    )


def attachments_make_a_zip(place: Place) -> None:
    check, client = place.check, place.client
    refused = "Invalid content type, expected PDF"
    check.raises("get_pdf refuses the ZIP by itself", refused, lambda: client.get_pdf(place.report, {"includeAttachments": True}))
    check.raises("post_pdf refuses the ZIP by itself", refused, lambda: client.post_pdf(place.report, {"includeAttachments": True}))
    file, status = place.exported({"includeAttachments": True, "data": data_of("Ms Zip")})
    names = zipfile.ZipFile(io.BytesIO(client.get_export_content(file))).namelist()
    check(
        "get_export_content: a ZIP with the PDF and the data", any(name.endswith(".pdf") for name in names) and len(names) > 1, (status, names)
    )


def an_export_is_started_followed_and_fetched(place: Place) -> None:
    check, client = place.check, place.client
    file, status = place.exported(
        {"data": data_of("Mx Export"), "params": {"quarter": "FY"}, "format": "pdf", "timezone": "UTC", "includeAttachments": False}
    )
    check("start_report_export: a number", integer(file) and 0 <= file < 2**53, file)
    check("get_export_status: ready, without an error", (status["isReady"], status["errorMessage"]) == (True, None), status)
    pdf = Pdf(client.get_export_content(file))
    check("get_export_content: the PDF", pdf.has("Statement FY", "For Mx Export"), pdf.words)
    file, _ = place.exported(
        {"tempDataId": client.push_temporary_data(data_of("Mr Left"))["tempDataId"], "excludePages": [2], "lang": "de"}, "statement"
    )
    pdf = Pdf(client.get_export_content(file))
    check("an export by type code, of temporary data, without a page, in German", pdf.has("For Mr Left", "Summe") and pdf.pages == 1, pdf.words)
    file, _ = place.exported({})
    check("an export of nothing but the report", Pdf(client.get_export_content(file)).has("For Nobody"))


def an_export_that_cannot_succeed_says_why(place: Place) -> None:
    check, client = place.check, place.client
    file, status = place.exported({"data": {"customer": "Mr Misfit", "rows": "none"}})
    check("get_export_status: Failed", (status["isReady"], status["status"]) == (False, "Failed"), status)
    check("get_export_status: errorMessage names what does not fit", "rows" in (status["errorMessage"] or ""), status)
    check.raises("get_export_content: an error", "HTTP error occurred: 4", lambda: client.get_export_content(file))


def a_preview_is_opened_once_by_its_address(place: Place) -> None:
    check, client, imprint = place.check, place.client, place.imprint
    token = client.create_auth_token()
    check("create_auth_token: a nonce", set(token) == {"nonce"} and token["nonce"].startswith("imn_"), token)
    query = {"params": {"quarter": "Q9"}, "tempDataId": client.push_temporary_data(data_of("Ms Preview"))["tempDataId"], "lang": "de"}
    address = client.get_preview_url(place.report, query)
    entered = imprint.as_stranger(address)
    location, cookie = entered.headers.get("location", ""), entered.headers.get("set-cookie", "")
    check(
        "get_preview_url: leads on, to an address without the nonce",
        entered.status_code == 303 and location.startswith("/ws/") and "nonce" not in location,
        entered.headers,
    )
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    check("with a cookie for frames of other sites", {"HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/"} <= attributes, cookie)
    shown = imprint.as_stranger(f"{imprint.url}{location}", cookie=cookie.split(";")[0])
    words = ("Statement Q9", "For Ms Preview", "Summe")
    check(
        "there the report is shown, with params, data and language",
        shown.status_code == 200 and all(one in shown.text for one in words),
        shown.text,
    )
    for what, again in [("the address again", address), ("the second address without the cookie", f"{imprint.url}{location}")]:
        refused = imprint.as_stranger(again)
        check(
            f"{what}: 401, and nothing of the report",
            refused.status_code == 401 and "Ms Preview" not in refused.text,
            (refused.status_code, refused.text),
        )


def mistakes_are_told_as_the_client_knows_them(place: Place) -> None:
    from v1 import CxReportClientV1

    check, client = place.check, place.client
    stranger = CxReportClientV1(place.imprint.url, place.workspace, "wrong")
    calls = [
        ("get_workspaces", stranger.get_workspaces),
        ("get_pdf", lambda: stranger.get_pdf(place.report)),
        ("post_pdf", lambda: stranger.post_pdf(place.report)),
        ("start_report_export", lambda: stranger.start_report_export(place.report)),
        ("push_temporary_data", lambda: stranger.push_temporary_data({})),
        ("create_auth_token", stranger.create_auth_token),
    ]
    for name, call in calls:
        check.raises(f"a wrong token, {name}", "Unauthenticated.", call)
    for name, call in [
        ("get_pdf", client.get_pdf),
        ("post_pdf", client.post_pdf),
        ("start_report_export", client.start_report_export),
        ("get_report_pages", client.get_report_pages),
    ]:
        check.raises(f"an unknown report, {name}", "HTTP error occurred: 404", lambda call=call: call(2**40))
    check.raises("an unknown report type, get_pdf", "HTTP error occurred: 404", lambda: client.get_pdf("no-such-type"))
    check.raises("an unknown workspace", "HTTP error occurred: 404", lambda: client.get_reports(workspace_id=2**40))
    check.raises("an unknown export", "HTTP error occurred: 404", lambda: client.get_export_status(1))
    check.raises("an unknown theme", "HTTP error occurred: 400", lambda: client.get_pdf(place.report, theme="neon"))


def another_workspace_is_named_by_the_call(place: Place) -> None:
    from v1 import CxReportClientV1

    check, elsewhere = place.check, CxReportClientV1(f" {place.imprint.url}/ ", 2**40, place.imprint.token)
    there = {"workspace_id": place.workspace}
    check("get_reports(workspace_id=…)", {one["id"] for one in elsewhere.get_reports(**there)} == {place.report, place.other})
    check("get_pdf(workspace_id=…)", Pdf(elsewhere.get_pdf(place.report, **there)).has("For Nobody"))
    check("a workspace by its code", len(elsewhere.get_report_types(workspace_id=place.code)) == 1)


def every_method_was_called(place: Place) -> None:
    from v1 import CxReportClientV1

    public = {name for name, _ in inspect.getmembers(CxReportClientV1, callable) if not name.startswith("_")}
    check, called = place.check, place.client.names & public
    check(f"{len(called)} methods of the client are called here", public - JOB_METHODS <= called, sorted(public - JOB_METHODS - called))
    check("the methods of jobs are those that are known", public >= JOB_METHODS and not called & JOB_METHODS, sorted(JOB_METHODS - public))


# The last one looks back at the others.
PARTS = [
    workspaces_and_what_they_have_are_listed,
    reports_and_their_pages_are_listed,
    a_pdf_shows_what_the_address_says,
    theme_and_template_are_chosen_by_code_or_number,
    data_is_left_for_a_while,
    a_pdf_shows_what_the_body_says,
    attachments_make_a_zip,
    an_export_is_started_followed_and_fetched,
    an_export_that_cannot_succeed_says_why,
    a_preview_is_opened_once_by_its_address,
    mistakes_are_told_as_the_client_knows_them,
    another_workspace_is_named_by_the_call,
    every_method_was_called,
]


def integer(value: Any) -> bool:
    """Whether JSON has it as a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def test(arguments: argparse.Namespace) -> int:
    """Runs all parts; the number of checks that failed."""
    check = Checks()
    place = Place.new(check, Imprint(arguments.url, arguments.token))
    print(f"The workspace {place.code} ({place.workspace}) at {place.imprint.url}")
    check.parts(PARTS, place)
    return check.failed


if __name__ == "__main__":
    main("CxReports' own Python client against a running stack.", test)

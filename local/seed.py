"""Fills a stack with the demo workspace: `python -m local.seed`, or `make seed`. What is there already stays as it is."""

from __future__ import annotations

import json
import mimetypes
import sys
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.environment import LOCAL, Stack, UserError, port_from_environment

DEMO = LOCAL / "demo"
# Types that not every machine's table knows.
TYPES = {".csv": "text/csv", ".json": "application/json", ".svg": "image/svg+xml", ".otf": "font/otf", ".ttf": "font/ttf", ".woff2": "font/woff2"}


@dataclass(frozen=True)
class Api:
    """The HTTP API, as an admin sees it."""

    url: str
    token: str

    def send(self, method: str, path: str, body: bytes | None, content_type: str = "application/json") -> tuple[int, Any]:
        """One request: the status and the JSON of the answer; anything but success and 409 is an error."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type}
        request = urllib.request.Request(f"{self.url}{path}", body, headers, method=method)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
                return answer.status, parsed(answer.read())
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            if error.code == 409:
                return 409, None
            raise UserError(f"Seeding failed: {method} {path} answered {error.code}: {text[:400]}") from None
        except OSError as error:
            raise UserError(f"Seeding failed: {self.url} does not answer ({error}). Is the stack up?") from None


def parsed(body: bytes) -> Any:
    """JSON, or None when it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def seed(api: Api, demo: Path = DEMO) -> int:
    """Makes the workspace and every demo report; the number of reports made now."""
    api.send("PUT", "/api/v1/workspaces/default", json.dumps({"name": "Default workspace"}).encode())
    files = [*sorted(demo.glob("*.json")), *sorted(demo.glob("*/report.json"))]
    reports = [(read_report(file), file.parent / "assets") for file in files]
    make_folders(api, {report["folder"] for report, _ in reports if report.get("folder")})
    return sum(make_report(api, report, assets) for report, assets in reports)


def read_report(file: Path) -> dict[str, Any]:
    """The body that makes a report; a `template.typ` next to `report.json` is its Typst source."""
    try:
        report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{file} is not JSON: {error}") from None
    template = file.with_name("template.typ")
    if file.name == "report.json" and template.is_file():
        report.setdefault("definition", {})["typst"] = template.read_text(encoding="utf-8")
    return report


def make_folders(api: Api, paths: set[str]) -> None:
    """The folders of the reports, parents first, by the Exago dialect: no other has an endpoint for them."""
    wanted = sorted({"/".join(path.split("/")[:depth]) for path in paths for depth in range(1, path.count("/") + 2)})
    if not wanted:
        return
    _, session = api.send("POST", "/rest/sessions?config=default", b"{}")
    for path in wanted:
        api.send("POST", f"/rest/folders/{urllib.parse.quote(path)}?sid={session['Id']}", b"{}")
    api.send("DELETE", f"/rest/sessions/{session['Id']}?sid={session['Id']}", b"")


def make_report(api: Api, report: dict[str, Any], assets: Path) -> int:
    """One report and its assets; 0 when the report is there already."""
    status, made = api.send("POST", "/api/reports", json.dumps(report).encode())
    files = sorted(assets.iterdir()) if assets.is_dir() else []
    if status == 409 and not (made := unfinished(api, report, files)):
        return 0
    for asset in [file for file in files if file.name not in made.get("assets", {})]:
        # The colon of a natural id stays as it is: nothing may depend on an escape inside a segment.
        report_id, name = urllib.parse.quote(made["naturalId"], safe=":"), urllib.parse.quote(asset.name)
        api.send("PUT", f"/api/reports/{report_id}/assets/{name}", asset.read_bytes(), content_type(asset))
    if code := report.get("reportType"):
        make_type(api, code, made["naturalId"])
    return 1


def unfinished(api: Api, report: dict[str, Any], files: list[Path]) -> Any:
    """A report whose seeding was interrupted before it had all of its assets, each of which made a version."""
    if not files:
        return None
    try:
        _, found = api.send("GET", f"/api/reports/{report.get('owner', '')}:{report.get('slug', '')}", None)
    except UserError:
        # It is another one that has the name.
        return None
    return found if found["version"] <= len(files) else None


def make_type(api: Api, code: str, default: str) -> None:
    """The report type of a new report, which is its default: so it can be asked for by the type's code."""
    fields = {"name": code.replace("-", " ").capitalize(), "defaultReportId": default}
    api.send("PUT", f"/api/v1/ws/default/report-types/{urllib.parse.quote(code)}", json.dumps(fields).encode())


def content_type(file: Path) -> str:
    """The media type of a file by its name."""
    return TYPES.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def main() -> None:
    """Seeds the stack of `IMPRINT_PORT`."""
    stack = Stack.of_port(port_from_environment())
    if not stack.token_file.is_file():
        raise UserError("No stack is up; start one with `make up`.")
    made = seed(Api(stack.api_url, stack.token_file.read_text().strip()))
    print(f"{made} demo reports made." if made else "Every demo report is there already.")


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(f"error: {error}")

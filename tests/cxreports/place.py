"""What the tests of the client work with: a workspace, its reports and presets, and the PDFs that come back."""

from __future__ import annotations

import io
import re
import time
import uuid
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from v1 import CxReportClientV1

from tests.programs import PATIENCE, Imprint, UserError

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
        pages = PdfReader(io.BytesIO(content)).pages
        self.pages = len(pages)
        self.words = "\n".join(" ".join(page.extract_text().split()) for page in pages)
        self.sheets = [tuple(round(length) for length in page.mediabox[2:]) for page in pages]
        self.colours = {colour for page in pages if (drawn := page.get_contents()) is not None for colour in colours(drawn.get_data())}

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
    def new(cls, imprint: Imprint) -> Place:
        """Makes it all, under names that nobody else uses."""
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
        return cls(imprint, client, name, workspace, report, other, theme, template, kind)

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

"""What a run makes for itself before it begins: reports, links, sessions, tokens, a preview, an export, a mail.

Without them nearly every request would be answered by 404. What an operation ends is made several times, under names with `doomed` in front, so
that nothing is taken from the stack that was there before, and nothing from the other operations. The names are those of the dictionaries in
schemathesis.toml; the values come from the stack.
"""

from __future__ import annotations

import email.policy
import itertools
import re
import struct
import time
import urllib.parse
import uuid
import zlib
from pathlib import Path
from random import Random
from typing import Any

from tests.programs import PATIENCE, Imprint, UserError

Value = str | int
Things = dict[str, list[Value]]

DOOMED = 8
# It has two letters, and less than a kilobyte.
FONT = Path(__file__).resolve().parents[2] / "shared/font/testdata/phoenician.ttf"
DEFINITION = {
    "title": "Contract {{ params.quarter }}",
    "params": [{"name": "quarter", "default": "Q1"}],
    "blocks": [
        {"kind": "heading", "text": "Overview"},
        {"kind": "table", "data": "rows", "columns": [{"field": "region"}, {"field": "amount", "format": "number:2"}]},
        {"kind": "pagebreak"},
        {"kind": "heading", "text": "Appendix"},
    ],
}
DATA = {"revenue": 990, "sales": [{"month": "Apr", "amount": 12}], "rows": [{"region": "EU", "amount": 10}]}
# Pictures that no packer shrinks, and more of them than a mail takes; no two are the same, for those would be one in the PDF.
NOISE_BYTES = (2_700_000, 2_600_000, 2_500_000)


class Maker:
    """Makes the things, one kind after the other, under names that nobody else uses."""

    def __init__(self, imprint: Imprint, mail: Path) -> None:
        self.imprint, self.send, self.mail = imprint, imprint.send, mail
        self.name = f"contract-{uuid.uuid4().hex[:8]}"
        self.things: Things = {"workspaces": ["default", 1]}
        self.sid = self.send("POST", "/rest/sessions?config=default")["Id"]

    def make(self) -> Things:
        """Everything."""
        self.folders()
        # What is shown stays published, what is worked with stays as it is, what is changed may come to anything.
        shown, worked, changed = (self.report(name) for name in ("shown", "worked", "changed"))
        self.things |= {
            "reports": [worked["naturalId"], worked["number"], worked["id"], shown["naturalId"]],
            "shown-reports": [shown["number"], shown["naturalId"], shown["id"]],
            "report-numbers": [worked["number"]],
            "changed-reports": [changed["naturalId"], changed["id"], changed["number"]],
            "report-paths": [f"{self.name}/{worked['name']}"],
            "doomed-reports": [self.report(f"doomed-{number}")["id"] for number in range(DOOMED)],
            "owners": [self.name],
            "versions": [1],
            "asset-names": ["logo.svg"],
        }
        self.publications(shown["id"])
        self.sessions_and_tokens()
        self.renditions(worked["number"])
        self.fonts()
        self.preview(shown["number"])
        self.mails(worked["id"])
        return self.things

    def folders(self) -> None:
        """A folder with folders in it, which are there to be renamed and deleted."""
        paths = [self.name, *(f"{self.name}/{kind} {number}" for kind in ("doomed", "moved") for number in range(DOOMED))]
        for path in paths:
            self.send("POST", f"/rest/folders/{urllib.parse.quote(path)}?sid={self.sid}")
        self.things |= {
            "folders": [self.name],
            "doomed-folders": list(paths[1 : DOOMED + 1]),
            "moved-folders": list(paths[DOOMED + 1 :]),
            "new-folders": [f"{self.name}/new {uuid.uuid4().hex[:6]}" for _ in range(DOOMED)],
            "new-paths": [f"{self.name}/renamed {uuid.uuid4().hex[:6]}" for _ in range(DOOMED)],
        }

    def report(self, name: str) -> dict[str, Any]:
        """A report in the folder, which renders with any data."""
        body = {"name": name, "owner": self.name, "folder": self.name, "definition": DEFINITION, "data": DATA, "recipients": "ada@example.com"}
        made: dict[str, Any] = self.send("POST", "/api/reports", body)
        return made

    def publications(self, report: str) -> None:
        """A report that stays published, with links that may be ended, and a publication that can be followed."""
        link = self.send("POST", f"/api/reports/{report}/_cloud-publish", {"progress": f"{self.name}-progress"})
        more = [self.send("POST", "/api/tokens", {"type": "report", "reportId": report, "name": f"doomed {number}"}) for number in range(DOOMED)]
        published = self.send("GET", f"/api/reports/{report}/publications")["_embedded"]["inf:publication"][0]
        self.things |= {
            "links": [link["id"]],
            "public-tokens": [link["token"]],
            "doomed-links": [one["id"] for one in more],
            "publications": [published["id"], f"{self.name}-progress"],
            "publication-numbers": [int(published["id"].rsplit("-", 1)[1])],
        }

    def sessions_and_tokens(self) -> None:
        """Sessions of the administrator, and access tokens that may be revoked."""
        sessions = [self.send("POST", "/rest/sessions")["Id"] for _ in range(DOOMED)]
        body = {"name": self.name, "role": "viewer"}
        tokens = [self.send("POST", "/api/v1/personal-access-tokens", body)["id"] for _ in range(DOOMED)]
        self.things |= {"sessions": [self.sid], "doomed-sessions": list(sessions), "doomed-access-tokens": list(tokens)}

    def renditions(self, report: int) -> None:
        """An export that is ready, data that was left, and presets."""
        presets = "/api/v1/ws/default"
        self.send("PUT", f"{presets}/report-types/{self.name}", {"name": "Contract", "defaultReportId": report})
        self.send("PUT", f"{presets}/themes/{self.name}", {"name": "Contract"})
        self.send("PUT", f"{presets}/templates/{self.name}", {"name": "Contract"})
        doomed: list[Value] = [f"{self.name}-{number}" for number in range(DOOMED)]
        for code, kind in itertools.product(doomed, ("report-types", "themes", "templates")):
            self.send("PUT", f"{presets}/{kind}/{code}", {"name": "Doomed"})
        export = self.send("POST", f"{presets}/reports/{report}/export")["temporaryFileId"]
        deadline = time.monotonic() + PATIENCE
        while not self.send("GET", f"{presets}/exports/{export}/status")["isReady"]:
            if time.monotonic() > deadline:
                raise UserError(f"The export {export} is not ready after {PATIENCE} seconds.")
            time.sleep(0.5)
        left = self.send("POST", f"{presets}/temporary-data", {"content": DATA})["tempDataId"]
        self.things |= {"presets": [self.name], "doomed-presets": doomed, "exports": [export], "temporary-data": [left]}

    def fonts(self) -> None:
        """Fonts of the workspace that may be deleted, and one that was uploaded. Those of an earlier run go: a workspace has few."""
        for left in self.send("GET", "/api/v1/ws/default/fonts"):
            if left["name"].startswith("contract-"):
                self.send("DELETE", f"/api/v1/ws/default/fonts/{left['name']}")
        names = [f"{self.name}-{number}.ttf" for number in range(DOOMED)]
        for name in names:
            self.put_file(f"/api/v1/ws/default/fonts/{name}", "font/ttf", FONT.read_bytes())
        asked = {"size": FONT.stat().st_size, "mediaType": "font/ttf"}
        upload = self.send("POST", "/api/v1/ws/default/temporary-data/uploads", asked)
        self.imprint.session.put(upload["uploadUrl"], data=FONT.read_bytes(), headers=upload["headers"], timeout=PATIENCE).raise_for_status()
        self.things |= {"doomed-fonts": list(names), "font-names": [f"{self.name}.ttf"], "uploads": [upload["tempDataId"]]}

    def preview(self, report: int) -> None:
        """A cookie that opens previews, and what one of them was made from."""
        page = f"{self.imprint.url}/ws/default/reports/{report}/preview"
        nonce = self.send("POST", "/api/v1/nonce-tokens")["nonce"]
        cookie = self.imprint.as_stranger(f"{page}?nonce={nonce}").headers["Set-Cookie"].split(";")[0]
        found = re.search(r"preview/([^/\"]+)/1\.svg", self.imprint.as_stranger(page, cookie=cookie).text)
        if found is None:
            raise UserError(f"The preview {page} shows no page.")
        self.things |= {
            "preview-cookies": [cookie.split("=", 1)[1]],
            "previews": [found[1]],
            "preview-files": ["1.svg", "report.pdf"],
        }

    def mails(self, report: str) -> None:
        """Addresses that nothing is sent to, and a mail that has a link in the place of its PDF."""
        gone = [f"bounce+{self.name}-{number}@simulator.amazonses.com" for number in range(DOOMED)]
        self.send("POST", "/api/reports/email", {"id": report, "emails": ",".join(gone)})
        delivery = self.send("GET", f"/api/reports/{report}/deliveries")["_embedded"]["inf:delivery"][0]["id"]
        self.things |= {"doomed-suppressions": list(gone), "mailed-tokens": [self.mailed_token()]}
        self.things |= {"mailed-reports": [report], "deliveries": [delivery]}

    def mailed_token(self) -> Value:
        """The token of a mail that was too small for its report. Nothing but the mail tells it."""
        blocks = [{"kind": "image", "asset": f"{number}.png", "alt": "Noise"} for number in range(len(NOISE_BYTES))]
        report = self.send("POST", "/api/reports", {"name": f"{self.name} noise", "definition": {"blocks": blocks}})["id"]
        for number, size in enumerate(NOISE_BYTES):
            self.put_file(f"/api/reports/{report}/assets/{number}.png", "image/png", noise_png(size, number))
        address = f"large+{self.name}@example.com"
        self.send("POST", "/api/reports/email", {"id": report, "emails": address})
        for envelope in self.mail.glob("*.json"):
            if address in envelope.read_text():
                mail = email.message_from_bytes(envelope.with_suffix(".eml").read_bytes(), policy=email.policy.default)
                text = mail.get_body(("plain",))
                if text and (found := re.search(r"/mailed/([A-Za-z0-9_-]{32})", text.get_content())):
                    return found[1]
        raise UserError(f"No mail to {address} in {self.mail} has a link to its PDF.")

    def put_file(self, path: str, media_type: str, content: bytes) -> None:
        """An asset or a font, which is no JSON."""
        headers = {"Authorization": f"Bearer {self.imprint.token}", "Content-Type": media_type}
        answer = self.imprint.session.put(f"{self.imprint.url}{path}", data=content, headers=headers, timeout=PATIENCE)
        if not answer.ok:
            raise UserError(f"PUT {path} answered {answer.status_code}: {answer.text[:400]}")


def noise_png(size: int, seed: int = 1) -> bytes:
    """A PNG of this many bytes at least, which no packer can shrink: greyscale noise."""
    side = int(size**0.5) + 1
    noise, rows = Random(seed), bytearray()
    for _ in range(side):
        rows += b"\0" + noise.randbytes(side)
    parts = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(rows), 0)), (b"IEND", b"")]
    chunks = (struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)

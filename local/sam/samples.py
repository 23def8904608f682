"""What stands in the place of the placeholders of `events/`, so that the calls are served: made through the API before they are sent."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from local import seed
from local.environment import ROOT, UserError
from local.sam.calls import call, must
from local.sam.sample_events import Event

REGISTER = "team:transaction-register"
# It has two letters, and less than a kilobyte.
FONT = ROOT / "shared/font/testdata/phoenician.ttf"
LIMIT = 120
EXAMPLE_SECRET = "EXAMPLEEXAMPLE00.EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE0"
BUNDLE = "publications/1/bundle"
NONCE = f"imn_{EXAMPLE_SECRET}"


def published(url: str, token: str, report: str, body: Any) -> Any:
    """The link of a publication that is done; a call that did not wait for it to the end is followed by its progress."""
    answer = call(f"{url}/api/reports/{report}/_cloud-publish", "POST", token, body)
    if answer.status == 202:
        return ended(url, token, answer.headers["location"])["token"]
    if answer.status != 200:
        raise UserError(f"_cloud-publish answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
    return answer.json


def ended(url: str, token: str, path: str) -> Any:
    """The answer of an address that tells a status, once that is `Done`."""
    deadline = time.monotonic() + LIMIT
    while (seen := must(url, token, "GET", path)).get("status") != "Done":
        if seen.get("status") == "Failed" or time.monotonic() > deadline:
            raise UserError(f"{path} is not done within {LIMIT} s: {seen}")
        time.sleep(0.5)
    return seen


def uploading(place: dict[str, Any]) -> dict[str, str]:
    """The headers that an upload must carry. The client counts the bytes itself."""
    return {name: value for name, value in place["headers"].items() if name != "content-length"}


class Samples:
    """The things that the events name."""

    def __init__(self, url: str, token: str) -> None:
        """Makes them."""
        self.url, self.token = url, token
        self.everywhere = self._everywhere()
        second = self._must("POST", "/api/tokens", {"type": "report", "reportId": REGISTER, "name": "to be deleted"})["id"]
        # What one event removes or makes must not be what another one reads.
        self.own = {
            "exago-create-folder": {"Overseas Holdings": "Northern Holdings"},
            "exago-delete-folder": {"Overseas Holdings": "Western Holdings"},
            "exago-execute-report": {"Sales dashboard": "Finance/Transaction Register"},
            "informer-delete-token": {"0e5f3b8c-6c5e-4b8e-9d0a-3f1f6f0a7d11": second},
            "native-delete-theme": {"harbour": self._former("themes", "former-harbour")},
            "native-delete-template": {"letter-landscape": self._former("templates", "former-letter")},
            "native-delete-report-type": {"quarterly": self._former("report-types", "former-quarterly")},
            "native-delete-font": {"brand.otf": "former-brand.otf"},
            "native-create-report": {"Sales Dashboard": "Second Dashboard", "sales-dashboard": "second-dashboard"},
        }

    def filled(self, event: Event) -> str:
        """The event with everything in its place."""
        text = json.dumps(event.body)
        for placeholder, value in (self.everywhere | self.own.get(event.name, {})).items():
            text = text.replace(placeholder, value)
        if BUNDLE in text:
            # Older bundles go as others are published.
            number = self._newest_publication()
            text = text.replace(BUNDLE, BUNDLE.replace("1", number)).replace('"number": "1"', f'"number": "{number}"')
        # A nonce is good for two minutes only, hence a new one.
        return text.replace(NONCE, self._nonce()) if NONCE in text else text

    def _newest_publication(self) -> str:
        """The number of the newest publication of the sales dashboard."""
        newest = self._must("GET", "/api/reports/team:sales-dashboard/publications?limit=1")["_embedded"]["inf:publication"][0]
        return str(newest["id"]).rpartition("-")[2]

    def _nonce(self) -> str:
        result: str = self._must("POST", "/api/v1/nonce-tokens", {})["nonce"]
        return result

    def _must(self, method: str, path: str, body: Any = None) -> Any:
        return must(self.url, self.token, method, path, body)

    def _everywhere(self) -> dict[str, str]:
        """The value of each placeholder."""
        seed.make_folders(seed.Api(self.url, self.token), {"Asset Reports/Overseas Holdings", "Asset Reports/Western Holdings"})
        # A second version, since an event asks for it.
        self._must("PUT", f"/api/reports/{REGISTER}", {"note": "second version"})
        link = published(self.url, self.token, REGISTER, {"progress": "progress-monitor-id"})
        published(self.url, self.token, "team:sales-dashboard", {})
        revoked = self._must("POST", "/api/v1/personal-access-tokens", {"name": "to be revoked", "role": "viewer"})["id"]
        cookie, content = self._preview()
        return {
            f"imp_{EXAMPLE_SECRET}": self.token,
            f"imprint_preview_1=imv_{EXAMPLE_SECRET}": cookie,
            "5d3a1c9e7b2f48a06c1d9e3f7a5b2c8d4e6f0a1b": content,
            "3c04c155-3317-4dab-a2ee-09572e3a8e44": self._must("POST", "/rest/sessions?config=default", {})["Id"],
            "660107d3-b06d-4972-9cfc-8c5ac1e381e5-2": self._progress(),
            "0e5f3b8c-6c5e-4b8e-9d0a-3f1f6f0a7d11": link["id"],
            "EXAMPLE_EXAMPLE_EXAMPLE_EXAMPLE_": link["token"],
            "personal-access-tokens/EXAMPLEEXAMPLE00": f"personal-access-tokens/{revoked}",
            '"EXAMPLEEXAMPLE00"': f'"{revoked}"',
            "1503599627": self._export(),
            "703152729": self._font(),
            "documents/123": f"documents/{REGISTER}",
            '"id": "123"': f'"id": "{REGISTER}"',
            "019ab34c-7d1e-7c02-9a41-5e6f7a8b9c0d": self._delivery(),
        }

    def _progress(self) -> str:
        """The id of the progress of a publication in Huddle's dialect."""
        answer = call(f"{self.url}/files/documents/{REGISTER}/publications", "POST", self.token)
        found = re.search(r"/publishing/progress/([^>;\s]+)", answer.headers.get("link", ""))
        if answer.status != 202 or not found:
            raise UserError(f"Huddle's publication answered {answer.status}: {answer.headers.get('link')}")
        return found[1]

    def _export(self) -> str:
        """The id of an export that is done."""
        made = self._must("POST", f"/api/v1/ws/default/reports/{REGISTER}/export", {})["temporaryFileId"]
        ended(self.url, self.token, f"/api/v1/ws/default/exports/{made}/status")
        return str(made)

    def _delivery(self) -> str:
        """The id of what was mailed of the sales dashboard."""
        self._must("POST", "/api/reports/email", {"id": "team:sales-dashboard", "emails": "ada@example.com"})
        return str(self._must("GET", "/api/reports/team:sales-dashboard/deliveries")["_embedded"]["inf:delivery"][0]["id"])

    def _former(self, presets: str, code: str) -> str:
        """The code of a preset that is deleted."""
        self._must("PUT", f"/api/v1/ws/default/{presets}/{code}", {"name": "Former"})
        return code

    def _font(self) -> str:
        """The id of a font that was uploaded. The workspace holds it, too, under the name of one that is deleted."""
        content = FONT.read_bytes()
        place = self._must("POST", "/api/v1/ws/default/temporary-data/uploads", {"size": len(content), "mediaType": "font/ttf"})
        put = call(place["uploadUrl"], "PUT", body=content, headers=uploading(place))
        if put.status != 200:
            raise UserError(f"The upload answered {put.status}: {put.body[:300]!r}")
        self._must("PUT", f"/api/v1/ws/default/fonts/former-brand.otf?tempDataId={place['tempDataId']}")
        return str(place["tempDataId"])

    def _preview(self) -> tuple[str, str]:
        """The cookie of a preview, and the name of what it shows."""
        page = f"{self.url}/ws/default/reports/team:sales-dashboard/preview"
        entered = call(f"{page}?nonce={self._nonce()}")
        cookie = entered.headers.get("set-cookie", "").partition(";")[0]
        shown = call(page, headers={"Cookie": cookie})
        found = re.search(rb"preview/([0-9a-f]{40})/", shown.body)
        if not found:
            raise UserError(f"The preview answered {entered.status}, then {shown.status}: {shown.body[:300]!r}")
        return cookie, found[1].decode()

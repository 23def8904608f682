"""Gives each function the largest input that it takes, and measures the most memory that it and its rendering child hold together.

`make memory` writes the table of docs/memory.md from it; `tests/tests/drift` compares that with template.yaml.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from local import deployment
from local.environment import UserError
from local.sam import sample_events
from local.sam.calls import call, must
from local.sam.sample_events import Event
from local.sam.samples import Samples, uploading
from tests.flat.processes import MB, ROOT, Functions, Peak

PAGE = ROOT / "docs" / "memory.md"
BEGIN, END = "<!-- make memory writes from here -->\n", "<!-- to here -->\n"
HEAD = "| function | largest input | peak, MB | memory, MB | spare |\n|---|---|--:|--:|--:|\n"
QUOTE = chr(34)
# Percent of the memory that is given; tests/tests/drift says the same.
SPARE = 30
# Lambda takes events of 6 MB, quotes escaped.
BODY = 5_800_000
# JSON that takes much more memory as values than as text: the worst of each kind.
SHAPES = {"numbers": "0,", "objects of one member": '{"a":1},'}
TEXT = {"blocks": [{"kind": "text", "markdown": "x"}]}
# Grows until it is stopped.
BOMB = "#let all = ()\n#for n in range(1000) { all.push(range(200000)) }\n#all.len()"


class Case(NamedTuple):
    """An input of a function."""

    function: str
    input: str
    send: Callable[[], Any]


class Place:
    """What the inputs name, made through the API."""

    def __init__(self, functions: Functions) -> None:
        """Makes it."""
        self.functions, self.samples = functions, Samples(functions.url, functions.token)
        self.plain = self.report("Peak plain", TEXT)

    def with_files(self, name: str, definition: Any, count: int) -> str:
        """The id of a new report with assets of 25 MB."""
        report = self.report(name, definition)
        for n in range(count):
            uploaded = self.upload(os.urandom(25 * MB), "application/octet-stream")
            self.must("PUT", f"/api/reports/{report}/assets/{n}.bin?tempDataId={uploaded}")
        return report

    def must(self, method: str, path: str, body: Any = None) -> Any:
        """A call that has to succeed."""
        return must(self.functions.url, self.functions.token, method, path, body)

    def send(self, method: str, path: str, body: str | None = None) -> int:
        """The status of a call that may be refused. One that we fail is none."""
        answer = call(f"{self.functions.url}{path}", method, self.functions.token, body.encode() if body is not None else None, {"Content-Type": "application/json"})
        # In Grafana's dialect, a report that cannot be rendered is a 500.
        if answer.status >= 500 and b"The report needed more than" not in answer.body:
            raise UserError(f"{method} {path[:80]} answered {answer.status}: {answer.body[:300]!r}")
        print(f"  {answer.status}", end=" ", flush=True)
        return answer.status

    def report(self, name: str, definition: Any) -> str:
        """The id of a new report."""
        result: str = self.must("POST", "/api/reports", {"name": f"{name} {time.time()}", "workspace": "default", "definition": definition})["id"]
        return result

    def upload(self, content: bytes, media_type: str = "application/json") -> int:
        """The id of temporary data."""
        place = self.must("POST", "/api/v1/ws/default/temporary-data/uploads", {"size": len(content), "mediaType": media_type})
        if (put := call(place["uploadUrl"], "PUT", body=content, headers=uploading(place))).status != 200:
            raise UserError(f"The upload answered {put.status}: {put.body[:300]!r}")
        result: int = place["tempDataId"]
        return result

    def export(self, report: str, body: str = "{}") -> None:
        """An export, to its end."""
        answer = call(f"{self.functions.url}/api/v1/ws/default/reports/{report}/export", "POST", self.functions.token, body.encode(), {"Content-Type": "application/json"})
        path = f"/api/v1/ws/default/exports/{answer.json['temporaryFileId']}/status"
        while self.must("GET", path)["status"] not in ("Done", "Failed"):
            time.sleep(0.2)

    def publish(self, report: str) -> None:
        """A publication, to its end."""
        answer = call(f"{self.functions.url}/api/reports/{report}/_cloud-publish", "POST", self.functions.token, {})
        while answer.status == 202 and self.must("GET", answer.headers["location"])["status"] not in ("Done", "Failed"):
            time.sleep(0.2)


def many(shape: str, size: int = BODY) -> str:
    """A list of as many values as fit."""
    # A quote is escaped in an event.
    return f"[{(shape * (size // (len(shape) + shape.count(QUOTE))))[:-1]}]"


def members(size: int = BODY) -> str:
    """One object of as many members as fit."""
    return "{" + ",".join(f'"{n:x}":0' for n in range(size // 11)) + "}"


def cases(place: Place) -> list[Case]:
    """The inputs that are larger than those of `events/`."""
    found = []
    for name, data in {**{f"5.8 MB of {name}": many(shape) for name, shape in SHAPES.items()}, "5.8 MB of members": members()}.items():
        found += with_data(place, name, data)
    for name, shape in SHAPES.items():
        found += with_temporary_data(place, name, shape)
    report, ws = f"/api/reports/{place.plain}", "/api/v1/ws/default"
    file = place.upload(b"\0" * 25 * MB, "application/octet-stream")
    found += [
        Case("NativePutAsset", "25 MB, uploaded", lambda: place.send("PUT", f"{report}/assets/large.bin?tempDataId={file}")),
        Case("NativePutFont", "25 MB, uploaded", lambda: place.send("PUT", f"{ws}/fonts/large.ttf?tempDataId={file}")),
        Case("NativePutAsset", "4 MB", lambda: place.send("PUT", f"{report}/assets/body.bin", "x" * 4_000_000)),
    ]
    return found


def with_data(place: Place, name: str, data: str) -> list[Case]:
    """Data of one kind, in everything that takes some."""
    report, ws = f"/api/reports/{place.plain}", "/api/v1/ws/default"
    fresh = f'"name":"{name} {time.time()}"'
    return [
        Case("NativeCreateReport", name, lambda: place.send("POST", "/api/reports", f'{{{fresh},"definition":{{"blocks":[]}},"data":{data}}}')),
        Case("NativeCreateReport", f"a definition of {name}", lambda: place.send("POST", "/api/reports", f'{{"name":"x","definition":{data}}}')),
        Case("NativeUpdateReport", name, lambda: place.send("PUT", report, f'{{"data":{data}}}')),
        Case("InformerGetReport", f"a report with {name}", lambda: place.send("GET", report)),
        Case("NativeGetVersion", f"a version with {name}", lambda: place.send("GET", f"{report}/versions/{place.must('GET', report)['version']}")),
        Case("CxreportsStartExport", name, lambda: place.send("POST", f"{ws}/reports/{place.plain}/export", f'{{"data":{data}}}')),
        Case("CxreportsStartExport", f"params of {name}", lambda: place.send("POST", f"{ws}/reports/{place.plain}/export", f'{{"params":{{"a":{data}}}}}')),
        Case("NativeCheckReport", name, lambda: place.send("POST", "/api/reports/_check?render=pdf", f'{{{fresh},"definition":{{"blocks":[]}},"data":{data}}}')),
        Case("CxreportsGetPdf", name, lambda: place.send("POST", f"{ws}/reports/{place.plain}/pdf", f'{{"data":{data}}}')),
        Case("PublishWorker", f"a report with {name}", lambda: place.publish(place.plain)),
    ]


def with_temporary_data(place: Place, name: str, shape: str) -> list[Case]:
    """Values of one kind as temporary data, in a request and uploaded."""
    ws = "/api/v1/ws/default"
    small = many(shape, 4_000_000)
    large = place.upload(many(shape, 31_000_000).encode())
    told = f"31 MB of {name}, uploaded"
    return [
        Case("CxreportsCreateTemporaryData", f"4 MB of {name}", lambda: place.send("POST", f"{ws}/temporary-data", f'{{"content":{small}}}')),
        Case("CxreportsGetPdf", told, lambda: place.send("GET", f"{ws}/reports/{place.plain}/pdf?tempDataId={large}")),
        Case("ExportWorker", told, lambda: place.export(place.plain, f'{{"tempDataId":{large}}}')),
    ]


def rendering(place: Place) -> list[Case]:
    """The largest files, and all memory, in everything that renders."""
    return [
        *rendered(place, "100 MB of assets", place.with_files("Peak files", TEXT, 4)),
        *rendered(place, "75 MB of assets and all memory that a report may take", place.with_files("Peak bomb", {"typst": BOMB}, 3)),
    ]


def rendered(place: Place, what: str, report: str) -> list[Case]:
    """A report in everything that renders."""
    ws = f"/api/v1/ws/default/reports/{report}"
    name = place.must("GET", f"/api/reports/{report}")["name"]
    sid = place.must("POST", "/rest/sessions?config=default", {})["Id"]
    mail = json.dumps({"id": report, "emails": "ada@example.com", "useEmailsFromReport": False})
    return [
        Case("CxreportsGetPdf", what, lambda: place.send("GET", f"{ws}/pdf")),
        Case("NativeGetThumbnail", what, lambda: place.send("GET", f"/api/reports/{report}/thumbnail")),
        Case("CxreportsListPages", what, lambda: place.send("GET", f"{ws}/pages")),
        Case("ExportWorker", what, lambda: place.export(report)),
        Case("PublishWorker", what, lambda: place.publish(report)),
        Case("GrafanaSendReport", what, lambda: place.send("POST", "/api/reports/email", mail)),
        Case("ExagoExecuteReport", what, lambda: place.send("POST", f"/rest/reports/execute/pdf?sid={sid}", json.dumps({"ReportPath": name}))),
        Case("CxreportsViewPreview", what, lambda: previewed(place, report)),
    ]


def previewed(place: Place, report: str) -> None:
    """A preview, as a frame shows it."""
    page = f"{place.functions.url}/ws/default/reports/{report}/preview"
    nonce = place.must("POST", "/api/v1/nonce-tokens", {})["nonce"]
    cookie = call(f"{page}?nonce={nonce}").headers.get("set-cookie", "").partition(";")[0]
    call(page, headers={"Cookie": cookie})


def usual(place: Place) -> list[Case]:
    """Each event, as it is and with a body as large as Lambda takes."""
    return [case for event in sorted(sample_events.read_all(), key=lambda event: event.rank) for case in of_event(place, event)]


def of_event(place: Place, event: Event) -> list[Case]:
    """An event as it is, and with a body as large as Lambda takes if it may have one."""
    name, call_function = event.logical_id, place.functions.call
    found = [Case(name, "its sample event", lambda: call_function(name, place.samples.filled(event)))]
    if event.body.get("body") or event.body.get("requestContext", {}).get("http", {}).get("method") in ("POST", "PUT", "PATCH"):
        found.append(Case(name, "a body of 5.8 MB", lambda: call_function(name, large(place, event))))
    return found


def large(place: Place, event: Event) -> str:
    """The event with a body that no operation but a few takes."""
    filled = json.loads(place.samples.filled(event))
    filled["isBase64Encoded"] = False
    filled["body"] = many("0,")
    return json.dumps(filled)


def measure(only: list[str], write: bool) -> int:
    """Measures, prints the table and writes it to the page if asked; the exit code."""
    functions = Functions()
    place, template = Place(functions), deployment.read_template(ROOT / "template.yaml")
    usually = template["Globals"]["Function"]["MemorySize"]
    memory = {name: template["Resources"][name]["Properties"].get("MemorySize", usually) for name in deployment.functions(template)}
    peaks: dict[str, tuple[int, str]] = {}
    for function, told, send in [*cases(place), *([] if only else rendering(place)), *usual(place)]:
        if only and function not in only:
            continue
        with Peak(functions, function) as peak:
            send()
        print(f"{function}: {peak.bytes / MB:.0f} MB with {told}", flush=True)
        peaks[function] = max(peaks.get(function, (0, "")), (peak.bytes, told))
    rows = {name: row(name, *peaks[name], memory[name]) for name in sorted(peaks)}
    print(HEAD + "".join(rows.values()))
    if write:
        before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
        old, after = rest.split(END)
        # What was not measured now keeps its row.
        kept = {line.split("`")[1]: f"{line}\n" for line in old.splitlines() if line.startswith("| `")}
        table = "".join((kept | {deployment.functions(template)[name]: line for name, line in rows.items()})[name] for name in sorted(set(kept) | {deployment.functions(template)[name] for name in rows}))
        PAGE.write_text(f"{before}{BEGIN}{HEAD}{table}{END}{after}", encoding="utf-8")
    wasteful = [name for name, (peak, _) in peaks.items() if peak > memory[name] * MB * (100 - SPARE) / 100]
    print(f"Less than {SPARE} % is spare of {', '.join(wasteful)}." if wasteful else f"{SPARE} % and more is spare everywhere.")
    return 1 if wasteful else 0


def row(function: str, peak: int, told: str, memory: int) -> str:
    """A line of the table."""
    name = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in function).removeprefix("-")
    used = peak / MB
    return f"| `{name}` | {told} | {used:.0f} | {memory} | {100 * (1 - used / memory):.0f} % |\n"

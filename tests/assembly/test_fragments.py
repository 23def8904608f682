"""`function.yaml` and `operation.yaml`: what they say reaches the template and the description, and a mistake is refused with its place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from assembly import __main__ as command
from assembly import openapi, template
from assembly.functions import Consumed, FragmentError, Function, read_function, read_names
from assembly.programs import LIGHT, RENDERING
from local.environment import ROOT
from local.sam_translate import translated

NAMES = read_names()


def function(name: str = "native-list-things", program: str = LIGHT, **said: Any) -> Function:
    """A function that is in no folder."""
    return Function(name=name, program=program, description="Lists things.", **said)


class Loader(yaml.SafeLoader):
    """Reads a template without resolving anything: `!Ref Catalog` is `Catalog`."""


Loader.add_multi_constructor("!", lambda loader, _, node: loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else loader.construct_sequence(node))


def properties(made: Function) -> Any:
    """The properties of a function's resource."""
    return yaml.load(template.resource(made, NAMES), Loader)[made.logical_id]["Properties"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("route: GET /things", "say in `description` what the function does"),
        ("description: Lists.\nmemry: 512", "`memry` is not known"),
        ("description: Lists.\nroute: GET things", "`GET things` is no route"),
        ("description: Lists.\nroute: FETCH /things", "`FETCH /things` is no route"),
        ("description: Lists.\nthrottle: seldom", "no throttle is called `seldom`; heavy, rare are"),
        ("description: Lists.\nmay: {cataloge: [get]}", "nothing that rights are held on is called `cataloge`"),
        ("description: Lists.\nmay: {catalog: [read]}", "`catalog` has no right `read`"),
        ("description: Lists.\nmay: {reports: [query]}", "`reports` has no right `query`"),
        ("description: Lists.\nvariables: [LINK_KYE]", "does not say what the variable LINK_KYE has"),
        ("description: Lists.\nconsumes: {queue: nowhere, batch: 1}", "no queue is called `nowhere`"),
        ("description: Lists.\nconsumes: {queue: publish-queue, size: 1}", "`consumes` has `queue`, `batch`"),
    ],
)
def test_a_mistake_is_refused_with_its_file(tmp_path: Path, said: str, words: str) -> None:
    """Nothing is written by halves, and nothing is guessed."""
    (tmp_path / "function.yaml").write_text(said)
    with pytest.raises(FragmentError, match=rf"^functions/{re.escape(tmp_path.name)}/function.yaml: .*{re.escape(words)}"):
        read_function(tmp_path, LIGHT, NAMES)


def test_what_follows_from_rights_and_program_is_not_said() -> None:
    """Variables, memory and fonts."""
    made = properties(function(may={"access": ["caller"], "bundles": ["get", "list"], "publish-queue": ["send"]}, variables={"RENDER_SECONDS": "5"}))
    assert made["Environment"]["Variables"] == {"ACCESS_TABLE": "Access", "BUCKET": "Bucket", "PUBLISH_QUEUE_URL": "PublishQueue", "RENDER_SECONDS": "5"}
    assert "MemorySize" not in made and made["CodeUri"] == "target/lambda/light/"
    rendering = properties(function(program=RENDERING))
    assert (rendering["MemorySize"], rendering["Timeout"], rendering["Layers"]) == (1769, 29, ["Fonts"])
    assert rendering["Environment"]["Variables"] == {"RENDER_SECONDS": "25", "RENDER_MEMORY_MB": "RenderMemoryMb"}
    assert properties(function(program=RENDERING, memory=512, timeout="PublishTimeoutSeconds"))["Timeout"] == "PublishTimeoutSeconds"


def test_a_right_is_granted_on_its_own_part_only() -> None:
    """A folder of the bucket, a table, a queue; a list only of folders by name."""
    granted = properties(function(may={"catalog": ["get", "query"], "bundles": ["get", "list"]}))["Policies"][0]["Statement"]
    assert [(each["Action"], each["Resource"]) for each in granted] == [
        (["dynamodb:GetItem", "dynamodb:Query"], "Catalog.Arn"),
        (["s3:GetObject"], "${Bucket.Arn}/bundles/*"),
        (["s3:ListBucket"], "Bucket.Arn"),
    ]
    assert granted[2]["Condition"] == {"StringLike": {"s3:prefix": ["bundles/*"]}}


def test_the_boundary_lets_through_what_some_function_may_do() -> None:
    """A retry that a worker shortens, for one: it was missing as long as the boundary was kept by hand."""
    worker = function("export-worker", consumes=Consumed("export-queue", 1), may={"catalog": ["update"], "exports": ["put"]})
    held = yaml.load(template.boundary([worker], NAMES), Loader)
    assert held[0]["Action"] == ["dynamodb:UpdateItem"]
    assert held[3]["Action"] == ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    assert held[3]["Resource"] == ["ExportQueue.Arn"]


def test_head_stands_beside_get_and_a_route_has_one_function() -> None:
    """Whoever takes a route that another function has is named."""
    one = function(routes=["GET /things", "POST /things", "$default"])
    assert list(template.every_route([one])["/things"]) == ["get", "head", "post"]
    with pytest.raises(FragmentError, match=r"functions/b/function.yaml: GET /things is a route of native-list-things"):
        template.every_route([one, function("b", routes=["GET /things"])])


def test_the_gateway_invokes_what_has_a_route_and_nothing_else() -> None:
    """In as many policies as their size asks for."""
    routed = [function(f"native-get-{n}", routes=[f"GET /{n}"]) for n in range(100)]
    text = template.gateway([*routed, function("publish-worker")])
    assert len(re.findall(r"^GatewayInvokes\d+:", text, re.MULTILINE)) == 3
    assert set(re.findall(r"!GetAtt (\w+)\.Arn", text)) == {each.logical_id for each in routed}


OPERATION = """/things/{id}:
  parameters:
    - $ref: "#/components/parameters/Id"
  get:
    operationId: native-list-things
    responses:
      "200": { description: The things. }
      refusals: Informer 404 429
"""


def described(monkeypatch: pytest.MonkeyPatch, folder: Path, texts: dict[str, str]) -> Any:
    """The paths of functions with these operations."""
    for name, text in texts.items():
        (folder / name).mkdir()
        (folder / name / "operation.yaml").write_text(text)
    monkeypatch.setattr(openapi, "FUNCTIONS", folder)
    return yaml.safe_load(openapi.assembled([function(name, routes=["GET /things/{id}"]) for name in texts], NAMES))["paths"]


def test_refusals_are_written_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each by the response of its dialect; too many requests have one for all."""
    found = described(monkeypatch, tmp_path, {"native-list-things": OPERATION})["/things/{id}"]
    assert found["parameters"] == [{"$ref": "#/components/parameters/Id"}]
    referred = {code: answer.get("$ref", "").rpartition("/")[2] for code, answer in found["get"]["responses"].items()}
    assert referred == {"200": "", "404": "InformerNotFound", "429": "TooManyRequests"}


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (OPERATION, "another function describes `get` of this path"),
        (OPERATION.replace("get:", "put:").replace("/Id", "/Name"), "another function describes `parameters` of this path"),
        (OPERATION.replace("get:", "fetch:"), "`fetch` is neither a method nor `parameters`"),
        (OPERATION.replace("404 429", "418"), "has no refusal 418"),
        ("stray: 1\n" + OPERATION, "`stray: 1` stands outside of an operation"),
    ],
)
def test_a_path_that_is_described_in_two_ways_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, second: str, words: str) -> None:
    """The message names the second function."""
    with pytest.raises(FragmentError, match=rf"^functions/native-put-thing/operation.yaml.*{re.escape(words)}"):
        described(monkeypatch, tmp_path, {"native-list-things": OPERATION, "native-put-thing": second})


def test_the_budget_counts_what_sam_makes() -> None:
    """As CloudFormation gets it."""
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    assert command.resources(text) == len(translated(text)["Resources"])


def test_files_that_somebody_edited_are_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """And left as they are."""
    monkeypatch.setattr("sys.argv", ["assembly", "--check"])
    assert command.main() == 0
    read = command.now
    monkeypatch.setattr(command, "now", lambda file: read(file) + ("\n# by hand\n" if file == "template.yaml" else ""))
    assert command.main() == 1
    assert "error: template.yaml is not what the fragments say: run `make assemble`" in capsys.readouterr().err

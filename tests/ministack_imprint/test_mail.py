"""SES: what it refuses, what is kept of a mail, what becomes of it, and who may send."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from ministack.core import iam_actions
from ministack.services import ses, ses_v2, sns

from local.ministack_imprint.http_api import Json
from local.ministack_imprint.mail import finish_mails, repair_mail, repair_mail_events, repair_mail_permissions

RAW = b"From: reports@imprint.example\r\nTo: ada@example.com\r\nSubject: s\r\n\r\nText"


@pytest.fixture(autouse=True)
def verified() -> None:
    """The sender is known to SES."""
    ses._verify_email_identity({"EmailAddress": ["reports@imprint.example"]})


def parameters(*recipients: str, **more: str) -> Json:
    """The form of a `SendRawEmail`."""
    form = {f"Destinations.member.{number}": address for number, address in enumerate(recipients, start=1)}
    form |= {"Source": "reports@imprint.example", "RawMessage.Data": base64.b64encode(RAW).decode(), **more}
    return {name: [value] for name, value in form.items()}


def test_a_mail_is_kept_whole(folder: Path) -> None:
    assert ses._send_raw_email(parameters("ada@example.com"))[0] == 200
    assert not list(folder.glob("*.eml"))

    repair_mail(folder)
    assert ses._send_raw_email(parameters("ada@example.com"))[0] == 200
    (mail,) = folder.glob("*.eml")
    assert mail.read_bytes() == RAW
    assert json.loads(mail.with_suffix(".json").read_text())["Destinations"] == ["ada@example.com"]


@pytest.mark.parametrize(
    "wrong",
    [
        parameters(*(f"a{number}@example.com" for number in range(51))),
        parameters("ada"),
        parameters("ada@example.com", **{"Tags.member.1.Name": "report", "Tags.member.1.Value": "a:b"}),
    ],
    ids=["51 recipients", "no domain", "a tag with a colon"],
)
def test_what_ses_refuses_is_refused(folder: Path, wrong: Json) -> None:
    taken = ses._send_raw_email(wrong)[0]

    repair_mail(folder)
    status, _, content = ses._send_raw_email(wrong)
    assert (status, taken) == (400, 200), content
    assert not list(folder.glob("*.eml"))


def test_halves_of_mails_are_removed(folder: Path) -> None:
    for name in ("a.part", "a.json", "b.json", "b.eml"):
        (folder / name).touch()
    finish_mails(folder)
    assert sorted(file.name for file in folder.iterdir()) == ["b.eml", "b.json"]


def test_bounces_reach_the_topic_of_the_configuration_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Json] = []
    monkeypatch.setattr(sns, "publish_internal", lambda _topic, text, _subject: told.append(json.loads(text)))
    monkeypatch.setattr(sns, "topic_policy_allows", lambda *_: True)
    destination = {"Enabled": True, "MatchingEventTypes": ["BOUNCE"], "SnsDestination": {"TopicArn": "arn:aws:sns:us-east-1:000000000000:t"}}
    ses_v2._config_sets["set"] = {"EventDestinations": {"d": destination}}
    send: Any = parameters("bounce+1@simulator.amazonses.com", ConfigurationSetName="set")
    repair_mail(folder)
    assert ses._send_raw_email(send)[0] == 200
    assert not told

    repair_mail_events()
    assert ses._send_raw_email(send)[0] == 200
    assert [event["eventType"] for event in told] == ["Bounce"]


def test_a_send_is_checked_against_the_identity_of_its_sender() -> None:
    body = b"Action=SendRawEmail&Source=Imprint+%3Creports%40imprint.example%3E&ConfigurationSetName=set"
    call = ("POST", "/", body, "us-east-1", "000000000000")
    assert "identity/reports@imprint.example" not in str(iam_actions._ses_v2_resource_arn(*call))

    repair_mail_permissions()
    resource = iam_actions._ses_v2_resource_arn(*call)
    assert resource == "arn:aws:ses:us-east-1:000000000000:identity/reports@imprint.example"
    assert resource.configuration_set == "arn:aws:ses:us-east-1:000000000000:configuration-set/set"

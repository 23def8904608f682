"""SES on the local stack: what MiniStack lacks of it. emulator.py applies each `repair_*`."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import ses, ses_v2, sns

from local.ministack_imprint import mailbox_simulator, query_protocol
from local.ministack_imprint.http_api import MEBIBYTE, Json


def finish_mails(folder: Path) -> None:
    """Removes what is left of mails that were on their way to the folder when the emulator died: their senders got no answer."""
    for part in folder.glob("*.part"):
        part.unlink()
    for envelope in folder.glob("*.json"):
        if not envelope.with_suffix(".eml").exists():
            envelope.unlink()


def repair_mail(folder: Path) -> None:
    """Sent mail is kept whole, as `<message id>.eml` (MIME) and `.json` (envelope); MiniStack drops attachments and takes whatever it is given."""
    folder.mkdir(parents=True, exist_ok=True)
    send_v1, handle_v2 = ses._send_raw_email, ses_v2.handle_request

    def keep(encoded: str, destinations: list[str]) -> None:
        record = ses._sent_emails_list()[-1]
        record["Destinations"] = destinations
        base = folder / record["MessageId"].split("@")[0]
        base.with_suffix(".json").write_text(json.dumps(record), encoding="utf-8")
        # Renamed last, so that who watches the folder never sees half a mail.
        part = base.with_suffix(".part")
        part.write_bytes(base64.b64decode(encoded))
        part.rename(base.with_suffix(".eml"))

    def sent_v1(params: Json) -> Any:
        if refused := refusal_of_mail(params):
            return refused
        status, headers, body = send_v1(params)
        if status == 200:
            record = ses._sent_emails_list()[-1]
            # SES answers the id alone, and has the domain in the header only.
            record["MessageId"], _, domain = record["MessageId"].partition("@")
            body = body.replace(f"@{domain}<".encode(), b"<")
            keep(ses._p(params, "RawMessage.Data"), ses._collect_list(params, "Destinations.member"))
        return status, headers, body

    async def handled_v2(method: str, path: str, headers: Json, body: bytes, *rest: Any, **named: Any) -> Any:
        count, result = len(ses._sent_emails_list()), await handle_v2(method, path, headers, body, *rest, **named)
        if path.endswith("/outbound-emails") and len(ses._sent_emails_list()) > count:
            mail = json.loads(body)
            to = mail.get("Destination", {})
            if encoded := (mail.get("Content", {}).get("Raw") or {}).get("Data"):
                keep(encoded, [address for kind in ("ToAddresses", "CcAddresses", "BccAddresses") for address in to.get(kind, [])])
        return result

    ses._send_raw_email, ses_v2.handle_request = sent_v1, handled_v2


def refusal_of_mail(params: Json) -> Any:
    """What SES answers to a `SendRawEmail` that it does not take, if it is one."""
    recipients, name = ses._collect_list(params, "Destinations.member"), ses._p(params, "ConfigurationSetName")
    words = [word for tag in message_tags(params).items() for word in tag]
    if name and name not in ses._configuration_sets and name not in ses_v2._config_sets:
        return ses._config_set_missing(name)
    wrong = ""
    if len(ses._p(params, "RawMessage.Data")) * 3 // 4 > 10 * MEBIBYTE:
        wrong = "Message length is more than 10485760 bytes long."
    elif len(recipients) > 50:
        wrong = "Recipient count exceeds 50."
    elif any(map(ses._missing_domain, recipients)):
        wrong = "Missing final '@domain'"
    elif not all(re.fullmatch(r"[A-Za-z0-9_-]{1,256}", word) for word in words):
        wrong = "A tag holds others than ASCII letters, digits, '_' and '-'."
    return ses._error("InvalidParameterValue", wrong, 400) if wrong else None


def repair_mail_events() -> None:
    """SES tells the topics of a mail's configuration set what became of it; MiniStack knows them and tells nothing. See mailbox_simulator.py."""
    send = ses._send_raw_email

    def sent(params: Json) -> Any:
        result = send(params)
        if result[0] == 200 and (name := ses._p(params, "ConfigurationSetName")):
            for event in mailbox_simulator.events(sent_mail(params, name)):
                tell(name, event)
        return result

    def tell(name: str, event: Json) -> None:
        source = f"arn:aws:ses:{get_region()}:{get_account_id()}:configuration-set/{name}"
        for destination in ((ses_v2._config_sets.get(name) or {}).get("EventDestinations") or {}).values():
            topic = (destination.get("SnsDestination") or {}).get("TopicArn")
            wanted = destination["Enabled"] and event["eventType"].upper() in destination["MatchingEventTypes"]
            if topic and wanted and sns.topic_policy_allows(topic, "ses.amazonaws.com", source, get_account_id()):
                sns.publish_internal(topic, json.dumps(event), "Amazon SES Email Event Notification")

    ses._send_raw_email = sent


def sent_mail(params: Json, configuration_set: str) -> mailbox_simulator.Sent:
    """The mail that was taken last, which these are the parameters of."""
    record, raw = ses._sent_emails_list()[-1], base64.b64decode(ses._p(params, "RawMessage.Data"))
    return mailbox_simulator.Sent(
        message_id=record["MessageId"],
        source=parseaddr(record["Source"])[1],
        recipients=record["Destinations"] or record["To"],
        configuration_set=configuration_set,
        tags=message_tags(params),
        raw=raw,
        account=get_account_id(),
        region=get_region(),
    )


def message_tags(params: Json) -> dict[str, str]:
    """The tags of a mail: values by names."""
    tags, number = {}, 1
    while name := ses._p(params, f"Tags.member.{number}.Name"):
        tags[name] = ses._p(params, f"Tags.member.{number}.Value")
        number += 1
    return tags


class Sending(str):
    """The identity that a mail is sent by, as IAM names it, and the configuration set that it names."""

    configuration_set = ""


def repair_mail_permissions() -> None:
    """IAM knows a send by the identity of its sender and its configuration set; MiniStack checks it against `*`, so a narrow policy is refused."""
    known: Callable[..., str] = iam_actions._ses_v2_resource_arn
    enforce = iam_evaluator.enforce

    def arn(method: str, path: str, body: bytes | None, region: str, account: str) -> str:
        content, name = body or b"", ""
        if path.endswith("/outbound-emails"):
            sender = iam_actions._safe_json_field(content, "FromEmailAddress")
        elif content.startswith(b"Action=Send"):
            form = query_protocol.fields(content)
            sender, name = form.get("Source") or author(query_protocol.mail(content)), form.get("ConfigurationSetName", "")
        else:
            sender = ""
        address = parseaddr(sender)[1]
        if not address:
            return known(method, path, content, region, account)
        resource = Sending(f"arn:aws:ses:{region}:{account}:identity/{address}")
        resource.configuration_set = f"arn:aws:ses:{region}:{account}:configuration-set/{name}" if name else ""
        return resource

    def enforced(key: str, action: str, service: str, region: str, resource_arn: str = "*", **rest: Any) -> Any:
        denied = enforce(key, action, service, region, resource_arn=resource_arn, **rest)
        if not denied and isinstance(resource_arn, Sending) and resource_arn.configuration_set:
            return enforce(key, action, service, region, resource_arn=resource_arn.configuration_set, **rest)
        return denied

    iam_actions._ses_v2_resource_arn, iam_evaluator.enforce = arn, enforced


def author(raw: bytes) -> str:
    """The header From of a mail, which names its sender where the request does not."""
    return str(BytesHeaderParser().parsebytes(raw.partition(b"\r\n\r\n")[0]).get("From", ""))

"""What SES makes of mail to its mailbox simulator, as the events that a configuration set publishes.

The form is https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html; of its kinds there are bounces and complaints.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from typing import Any, NamedTuple

Json = dict[str, Any]

DOMAIN = "simulator.amazonses.com"
REPORTER = "dsn; a0-0.smtp-out.amazonses.com"
# The mailboxes of which something comes back, by the part of the address before the `@` and the `+`: kind of bounce, status, words. SES delivers
# to all others and tells nothing, also to `ooto`. It has no mailbox that is full: that one is ours.
BOUNCES = {
    "bounce": ("Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown"),
    "suppressionlist": (
        "Permanent",
        "Suppressed",
        "5.1.1",
        "Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid address.",
    ),
    "mailboxfull": ("Transient", "MailboxFull", "5.2.2", "smtp; 552 5.2.2 mailbox full"),
}


class Sent(NamedTuple):
    """A mail that SES took."""

    message_id: str
    source: str
    recipients: list[str]
    configuration_set: str
    tags: dict[str, str]
    raw: bytes
    account: str
    region: str


def events(mail: Sent) -> Iterator[Json]:
    """What becomes of a mail: one event a recipient of whom something comes back."""
    now = time.time()
    described = description(mail, timestamp(now))
    for address in mail.recipients:
        local, _, domain = address.lower().rpartition("@")
        mailbox = local.partition("+")[0] if domain == DOMAIN else ""
        told = {"timestamp": timestamp(now), "feedbackId": feedback_id()}
        if mailbox == "complaint":
            yield {"eventType": "Complaint", "complaint": complaint(address) | told, "mail": described}
        elif mailbox in BOUNCES:
            yield {"eventType": "Bounce", "bounce": bounce(address, *BOUNCES[mailbox]) | told, "mail": described}


def bounce(address: str, kind: str, subtype: str, status: str, words: str) -> Json:
    """The mail system of the recipient did not take it."""
    recipient = {"emailAddress": address, "action": "failed", "status": status, "diagnosticCode": words}
    return {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [recipient], "reportingMTA": REPORTER}


def complaint(address: str) -> Json:
    """The recipient called it unwanted."""
    return {
        "complainedRecipients": [{"emailAddress": address}],
        "complaintSubType": None,
        "complaintFeedbackType": "abuse",
        "userAgent": "Amazon SES Mailbox Simulator",
        "arrivalDate": timestamp(time.time()),
    }


def description(mail: Sent, at: str) -> Json:
    """The member `mail` of an event. The names in `tags` that begin with `ses:` are of SES's own."""
    headers = BytesHeaderParser(policy=default).parsebytes(mail.raw.partition(b"\r\n\r\n")[0])
    own = {
        "ses:operation": "SendRawEmail",
        "ses:configuration-set": mail.configuration_set,
        "ses:source-ip": "127.0.0.1",
        "ses:from-domain": mail.source.rpartition("@")[2],
        "ses:caller-identity": "imprint",
    }
    return {
        "timestamp": at,
        "source": str(headers.get("From", mail.source)),
        "sourceArn": f"arn:aws:ses:{mail.region}:{mail.account}:identity/{mail.source}",
        "sendingAccountId": mail.account,
        "messageId": mail.message_id,
        "destination": mail.recipients,
        "headersTruncated": False,
        "headers": [{"name": name, "value": str(value)} for name, value in headers.items()],
        "commonHeaders": common(headers, mail.message_id),
        "tags": {name: [value] for name, value in (own | mail.tags).items()},
    }


def common(headers: EmailMessage, message_id: str) -> Json:
    """The headers that most want to see. The id is SES's, which replaces the header that the mail came with."""
    lists = {name: [str(each) for each in headers[name].addresses] for name in ("from", "to", "cc") if name in headers}
    texts = {name: str(headers[name]) for name in ("date", "subject") if name in headers}
    return {**lists, **texts, "messageId": message_id}


def timestamp(seconds: float) -> str:
    """`2026-02-09T10:00:00.123Z`."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds * 1000) % 1000:03d}Z"


def feedback_id() -> str:
    """As SES writes it."""
    return f"{uuid.uuid4().hex[:16]}-{uuid.uuid4()}-000000"

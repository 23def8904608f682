"""Requests of the Query protocol, which SES speaks: a form as the body. One field of it may be a mail of ten megabytes, which few want to read."""

from __future__ import annotations

import base64
import urllib.parse

MEDIA_TYPE = "application/x-www-form-urlencoded"
MAIL = b"RawMessage.Data="


def without_mail(body: bytes) -> bytes:
    """The form less the mail in it."""
    return b"&".join(field for field in body.split(b"&") if not field.startswith(MAIL))


def fields(body: bytes) -> dict[str, str]:
    """The fields of a form, less the mail."""
    return dict(urllib.parse.parse_qsl(without_mail(body).decode("latin-1"), keep_blank_values=True))


def mail(body: bytes) -> bytes:
    """The mail alone, as MIME; empty when there is none."""
    found = next((field for field in body.split(b"&") if field.startswith(MAIL)), MAIL)
    return base64.b64decode(urllib.parse.unquote_to_bytes(found.removeprefix(MAIL)))

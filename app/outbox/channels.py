"""Ways out of the house, one per topic: mail by SMTP, or into a folder where no mail server is set."""

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from app import clock
from app.config import Settings

TIMEOUT_SECONDS = 20
MAIL = "mail"


class Channel(Protocol):
    """Sends one message, or raises."""

    def send(self, code: str, payload: Mapping[str, Any]) -> None:
        """Deliver the payload; ``code`` is the same at every try, so that the receiver can tell a twin."""


class MailFolder:
    """Writes each mail as an .eml file (demo, tests, a town without a mail server)."""

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder, self.sender = folder, sender

    def send(self, code: str, payload: Mapping[str, Any]) -> None:
        """Write the mail; a second try overwrites the first."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / f"{code}.part"
        draft.write_bytes(mail(code, payload, self.sender).as_bytes(policy=SMTP))
        draft.replace(self.folder / f"{code}.eml")


class MailServer:
    """Sends by SMTP: ``smtp://`` upgrades to TLS when offered, ``smtps://`` speaks it from the start."""

    def __init__(self, url: str, sender: str) -> None:
        self.parts, self.sender = urlsplit(url), sender

    def send(self, code: str, payload: Mapping[str, Any]) -> None:
        """Hand the mail to the server; any refusal raises, and the outbox tries again later."""
        host = self.parts.hostname or "localhost"
        trusted = ssl.create_default_context()
        server: smtplib.SMTP
        if self.parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, self.parts.port or 465, timeout=TIMEOUT_SECONDS, context=trusted)
        else:
            server = smtplib.SMTP(host, self.parts.port or 25, timeout=TIMEOUT_SECONDS)
        with server:
            if self.parts.scheme != "smtps":
                server.ehlo()
                if server.has_extn("starttls"):
                    server.starttls(context=trusted)
            if self.parts.username:
                server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
            server.send_message(mail(code, payload, self.sender))


def mail(code: str, payload: Mapping[str, Any], sender: str) -> EmailMessage:
    """Return a plain-text mail of a payload with ``to``, ``subject`` and ``body``.

    Raises ValueError when a header holds a line break, KeyError when one of the three is missing.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = str(payload["to"])
    message["Subject"] = str(payload["subject"])
    message["Date"] = clock.now()
    message["Message-ID"] = f"<{code}@{sender.rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(str(payload["body"]), cte="base64")
    return message


_channels: dict[str, Channel] = {}


def register(topic: str, channel: Channel) -> None:
    """Give a topic its channel; a later one replaces the first."""
    _channels[topic] = channel


def use(settings: Settings) -> None:
    """Open the channels that the settings name."""
    folder = MailFolder(settings.data_dir / "mail", settings.mail_from)
    register(MAIL, MailServer(settings.smtp_url, settings.mail_from) if settings.smtp_url else folder)


def of_topic(topic: str) -> Channel | None:
    """Return the channel of a topic, or None when it has none."""
    return _channels.get(topic)

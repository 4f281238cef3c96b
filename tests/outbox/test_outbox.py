"""What leaves the house: with its cause or not at all, once per event, tried again, dead in the end but never lost."""

import socketserver
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from sqlalchemy import select, update

from app import clock
from app.db import Database, reading, transaction
from app.errors import Conflict, NotAllowed
from app.ids import new_id
from app.outbox import channels, queries, queue
from app.outbox.models import OutboxMessage, OutboxState
from app.permissions import Actor, Grant, Role

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
CLERK = Actor(new_id(), new_id(), "管理员", (Grant(Role.SYSTEM_ADMINISTRATOR, "610300000000"),))
LETTER = {"to": "wang@example.org", "subject": "登记通过", "body": "您的入驻登记已通过。"}


class Recorder:
    """A channel that remembers, and fails while it is told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Mapping[str, Any]]] = []
        self.broken = False

    def send(self, code: str, payload: Mapping[str, Any]) -> None:
        if self.broken:
            raise ConnectionRefusedError("the other side is away")
        self.sent.append((code, payload))


@pytest.fixture
def channel(database: Database) -> Iterator[Recorder]:
    recorder = Recorder()
    channels.register("test", recorder)
    yield recorder


def _message() -> OutboxMessage:
    with reading() as session:
        return session.scalars(select(OutboxMessage)).one()


def test_it_goes_out_with_its_transaction_or_not_at_all(channel: Recorder) -> None:
    with pytest.raises(RuntimeError), transaction() as session:
        queue.put(session, "test", {"n": 1})
        raise RuntimeError
    assert queue.deliver_due() == 0
    with transaction() as session:
        queue.put(session, "test", {"n": 2, "name": "王五"})
    assert [queue.deliver_due(), queue.deliver_due()] == [1, 0]
    assert [payload for _code, payload in channel.sent] == [{"n": 2, "name": "王五"}]
    assert _message().state is OutboxState.SENT


def test_the_same_event_goes_out_once(channel: Recorder) -> None:
    with transaction() as session:
        assert queue.put(session, "test", {}, dedup_key="approved:1")
        assert not queue.put(session, "test", {}, dedup_key="approved:1")
    assert queue.deliver_due() == 1


def test_names_are_not_readable_in_the_table(channel: Recorder) -> None:
    with transaction() as session:
        queue.put(session, "test", {"name": "王五"})
    with reading() as session:
        raw = session.connection().exec_driver_sql("SELECT payload FROM outbox_message").scalar_one()
    assert "王五".encode() not in bytes(raw)


def test_it_is_tried_again_and_dies_after_eight_tries_and_can_be_revived(channel: Recorder) -> None:
    channel.broken = True
    with clock.at(NOON), transaction() as session:
        queue.put(session, "test", {})
    moment = NOON
    for wait in [*queue.BACK_OFF, timedelta(0)]:
        with clock.at(moment):
            assert queue.deliver_due() == 0
            assert queue.deliver_due() == 0
        moment += wait
    dead = _message()
    assert (dead.state, dead.attempts) == (OutboxState.DEAD, 8)
    assert (dead.error or "").startswith("ConnectionRefusedError: the other side is away")
    channel.broken = False
    with pytest.raises(NotAllowed), transaction() as session:
        queue.revive(session, dead, actor=Actor(new_id(), new_id(), "x", (Grant(Role.VOLUNTEER),)))
    with transaction() as session:
        queue.revive(session, dead, actor=CLERK)
    assert queue.deliver_due() == 1
    with pytest.raises(Conflict), transaction() as session:
        queue.drop(session, dead, actor=CLERK)


def test_a_dead_message_can_be_dropped(channel: Recorder) -> None:
    with transaction() as session:
        queue.put(session, "nobody's topic", {})
        session.execute(update(OutboxMessage).values(attempts=7))
    assert queue.deliver_due() == 0
    with transaction() as session:
        queue.drop(session, _message(), actor=CLERK)
    with reading() as session:
        assert queries.counts(session)[OutboxState.DROPPED] == 1


def test_two_deliverers_share_the_work(channel: Recorder) -> None:
    with transaction() as session:
        for number in range(60):
            queue.put(session, "test", {"n": number})
    threads = [threading.Thread(target=queue.deliver_due) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(payload["n"] for _code, payload in channel.sent) == list(range(60))


def test_a_senders_death_gives_the_message_to_another(channel: Recorder) -> None:
    with transaction() as session:
        queue.put(session, "test", {})
        session.execute(
            update(OutboxMessage).values(lease_until=clock.true_now() + timedelta(minutes=5), attempts=1)
        )
    assert queue.deliver_due() == 0
    with transaction() as session:
        session.execute(update(OutboxMessage).values(lease_until=clock.true_now() - timedelta(seconds=1)))
    assert queue.deliver_due() == 1


def test_old_messages_are_forgotten_and_dead_ones_kept(channel: Recorder) -> None:
    with clock.at(NOON - timedelta(days=40)):
        with transaction() as session:
            queue.put(session, "test", {})
        queue.deliver_due()
        with transaction() as session:
            queue.put(session, "test", {})
            session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.state == OutboxState.WAITING)
                .values(state=OutboxState.DEAD, settled_at=clock.now())
            )
    with clock.at(NOON), transaction() as session:
        assert queue.forget_old(session) == 1
    assert _message().state is OutboxState.DEAD


def test_mail_goes_to_a_folder_where_no_server_is_set(database: Database) -> None:
    channels.use(database.settings)
    with transaction() as session:
        queue.put(session, channels.MAIL, LETTER)
    assert queue.deliver_due() == 1
    (path,) = (database.settings.data_dir / "mail").iterdir()
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert (mail["To"], mail["Subject"]) == ("wang@example.org", "登记通过")
    assert mail.get_content().strip() == "您的入驻登记已通过。"


def test_a_header_cannot_be_smuggled_in() -> None:
    with pytest.raises(ValueError, match=r"newline|linefeed"):
        channels.mail("C0DE", LETTER | {"subject": "x\r\nBcc: all@example.org"}, "a@b.cn")


class _SmtpServer(socketserver.StreamRequestHandler):
    """Speaks as much SMTP as a client needs."""

    got: list[bytes] = []  # noqa: RUF012 — one list for the test's one server

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        body = False
        for line in self.rfile:
            if body:
                self.got.append(line)
                if line != b".\r\n":
                    continue
                body = False
            word = line[:4].upper()
            if word == b"DATA":
                body = True
            self.wfile.write({b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(word, b"250 ok\r\n"))
            if word == b"QUIT":
                return


def test_mail_goes_out_by_smtp() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), _SmtpServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"smtp://127.0.0.1:{server.server_address[1]}"
        channels.MailServer(url, "zhongli@example.cn").send("C0DE", LETTER)
        server.shutdown()
    text = b"".join(_SmtpServer.got)
    assert b"Message-ID: <C0DE@example.cn>" in text
    assert b"To: wang@example.org" in text

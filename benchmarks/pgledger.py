"""The shape of ledger that the pgledger project published, written anew, to post against on PostgreSQL.

Step by step what its one SQL file does: accounts with a balance and a version; transfers; entries, two each; keys as
prefixed ULIDs that functions in the database make, a letter at a time; one function for a transfer that calls the one
for many, which locks the accounts in the order of their keys, changes both balances, checks them and inserts the
transfer with its entries. No idempotency key, no signature, no audit row: it does less than a posting here does.

It is called in two ways: inside ``transaction()``, as a program of this kind would, and by the bare driver without
one, which is the least that a call can cost. Either way the driver prepares the statement.
"""

import json
from datetime import UTC, datetime
from typing import Any

from app import db
from app.ids import new_id
from app.rows import run

SCHEMA = "published"
_SHAPE = """
BEGIN;
CREATE SCHEMA published;
SET LOCAL search_path = published;
CREATE FUNCTION has_ordered_uuids() RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT EXISTS (SELECT FROM pg_proc WHERE proname = 'uuidv7')
$$;
CREATE FUNCTION made_uuid() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT encode(substring(int8send(floor(now_ms)::bigint) FROM 3)
        || int2send((28672 + floor((now_ms - floor(now_ms)) * 4096))::smallint)
        || substring(uuid_send(gen_random_uuid()) FROM 9), 'hex')::uuid
    FROM (SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now_ms) AS clock
$$;
CREATE FUNCTION ordered_uuid() RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE made uuid;
BEGIN
    IF has_ordered_uuids() THEN
        EXECUTE 'SELECT uuidv7()' INTO made;
        RETURN made;
    END IF;
    RETURN made_uuid();
END $$;
CREATE FUNCTION as_ulid(key uuid) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    letters bytea := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    bits bytea := uuid_send(key);
    made text := '';
BEGIN
    {letters}
    RETURN made;
END $$;
CREATE FUNCTION new_key(prefix text) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT prefix || '_' || as_ulid(ordered_uuid())
$$;
CREATE TABLE account (
    id text PRIMARY KEY, name text NOT NULL, currency text NOT NULL,
    balance numeric NOT NULL DEFAULT 0, version bigint NOT NULL DEFAULT 0,
    may_owe boolean NOT NULL, may_own boolean NOT NULL, metadata jsonb,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE transfer (
    id text PRIMARY KEY DEFAULT new_key('transfer'),
    from_id text NOT NULL REFERENCES account, to_id text NOT NULL REFERENCES account,
    amount numeric NOT NULL, created_at timestamptz NOT NULL, event_at timestamptz NOT NULL, metadata jsonb,
    CHECK (amount > 0 AND from_id <> to_id));
CREATE INDEX ON transfer (from_id);
CREATE INDEX ON transfer (to_id);
CREATE INDEX ON transfer (event_at);
CREATE TABLE entry (
    id text PRIMARY KEY DEFAULT new_key('entry'),
    account_id text NOT NULL REFERENCES account, transfer_id text NOT NULL REFERENCES transfer,
    amount numeric NOT NULL, balance_before numeric NOT NULL, balance_after numeric NOT NULL,
    version bigint NOT NULL, created_at timestamptz NOT NULL);
CREATE INDEX ON entry (account_id);
CREATE INDEX ON entry (transfer_id);
CREATE VIEW transfer_view AS
    SELECT id, from_id, to_id, amount, created_at, event_at, metadata FROM transfer;
CREATE TYPE request AS (from_id text, to_id text, amount numeric);
CREATE FUNCTION check_balance(one account) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT one.may_owe AND (one.balance < 0) THEN RAISE EXCEPTION '% is below zero', one.id; END IF;
    IF NOT one.may_own AND (one.balance > 0) THEN RAISE EXCEPTION '% is above zero', one.id; END IF;
END $$;
CREATE FUNCTION post_all(requests request[], happened timestamptz DEFAULT NULL, what jsonb DEFAULT NULL)
RETURNS SETOF transfer_view LANGUAGE plpgsql AS $$
DECLARE
    one request; payer account; payee account; key text; made text;
    keys text[] := '{}'; all_made text[] := '{}';
BEGIN
    FOREACH one IN ARRAY requests LOOP
        keys := array_append(keys, one.from_id);
        keys := array_append(keys, one.to_id);
    END LOOP;
    SELECT ARRAY(SELECT DISTINCT unnest FROM unnest(keys) ORDER BY unnest) INTO keys;
    FOREACH key IN ARRAY keys LOOP
        PERFORM account.id FROM account WHERE account.id = key FOR UPDATE;
    END LOOP;
    FOREACH one IN ARRAY requests LOOP
        IF one.amount <= 0 THEN RAISE EXCEPTION 'not above zero: %', one.amount; END IF;
        IF one.from_id = one.to_id THEN RAISE EXCEPTION 'to itself: %', one.from_id; END IF;
        UPDATE account SET balance = balance - one.amount, version = version + 1, updated_at = now()
            WHERE account.id = one.from_id RETURNING * INTO payer;
        PERFORM check_balance(payer);
        UPDATE account SET balance = balance + one.amount, version = version + 1, updated_at = now()
            WHERE account.id = one.to_id RETURNING * INTO payee;
        PERFORM check_balance(payee);
        IF payer.currency <> payee.currency THEN RAISE EXCEPTION 'two currencies'; END IF;
        INSERT INTO transfer (from_id, to_id, amount, created_at, event_at, metadata)
            VALUES (one.from_id, one.to_id, one.amount, now(), coalesce(happened, now()), what)
            RETURNING transfer.id INTO made;
        all_made := array_append(all_made, made);
        INSERT INTO entry (account_id, transfer_id, amount, balance_before, balance_after, version, created_at)
            VALUES (one.from_id, made, -one.amount, payer.balance + one.amount, payer.balance, payer.version, now());
        INSERT INTO entry (account_id, transfer_id, amount, balance_before, balance_after, version, created_at)
            VALUES (one.to_id, made, one.amount, payee.balance - one.amount, payee.balance, payee.version, now());
    END LOOP;
    RETURN QUERY SELECT * FROM transfer_view WHERE id = ANY(all_made) ORDER BY id;
END $$;
CREATE FUNCTION post(
    source text, target text, points numeric, happened timestamptz DEFAULT NULL, what jsonb DEFAULT NULL
) RETURNS SETOF transfer_view LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT * FROM post_all(
        requests => array[(source, target, points)::request], happened => happened, what => what);
END $$;
COMMIT;
"""
_ACCOUNT = (
    "INSERT INTO published.account (id, name, currency, may_owe, may_own) VALUES (%s, %s, 'points', %s, %s)"
)
_POST = "SELECT * FROM post(%s, %s, %s, %s, %s)"


_HAPPENED = datetime(2026, 11, 20, tzinfo=UTC)


def _letter(place: int) -> str:
    """Return the statement that adds one letter of a ULID: five bits, of 130 of which the first two are zero."""
    at, shift = divmod(place * 5 - 2, 8)
    if at < 0:
        bits = "get_byte(bits, 0) >> 5"
    elif shift <= 3:
        bits = f"(get_byte(bits, {at}) >> {3 - shift}) & 31"
    else:
        bits = f"((get_byte(bits, {at}) << {shift - 3}) | (get_byte(bits, {at + 1}) >> {11 - shift})) & 31"
    return f"made := made || chr(get_byte(letters, {bits}));"


class Published:
    """The published shape in a schema of its own, used by one client: transfers from one issuer to its accounts.

    ``connection`` is the bare driver's, ``database`` the pool of a program, both with the schema as search path.
    What a posting of ours says besides goes into the event's time and into ``metadata``: which source, reason and
    revision, by which rule, and the arithmetic in words.
    """

    def __init__(
        self, connection: Any, database: db.Database | None, issuer: str, accounts: list[str]
    ) -> None:
        self._connection, self._database = connection, database
        self._issuer, self._accounts = issuer, accounts
        self._made = 0
        self._drawn: list[tuple[Any, ...]] = []

    @staticmethod
    def make(connection: Any, accounts: int) -> tuple[str, list[str]]:
        """Make the schema with an issuer and so many accounts; return their keys."""
        connection.execute(_SHAPE.replace("{letters}", "\n    ".join(map(_letter, range(26)))))
        issuer, *others = (f"account_{new_id().hex}" for _ in range(accounts + 1))
        rows = [(issuer, "issuer", True, False), *((key, key, False, True) for key in others)]
        connection.cursor().executemany(_ACCOUNT, rows)
        return issuer, others

    def draw(self, count: int) -> None:
        """Have so many transfers from the issuer ready to be made."""
        numbers = range(self._made, self._made + count)
        self._made += count
        targets = [self._accounts[number % len(self._accounts)] for number in numbers]
        self._drawn = [(self._issuer, target, 225, _HAPPENED, _metadata()) for target in targets]

    def singly(self) -> int:
        """Make each transfer in a durable commit of its own, by the bare driver."""
        for one in self._drawn:
            self._connection.execute(_POST, one).fetchall()
        return len(self._drawn)

    def in_transactions(self) -> int:
        """Make each transfer in a transaction of the program's."""
        for one in self._drawn:
            with db.transaction(self._database) as session:
                run(session.connection(), _POST, [one]).fetchall()
        return len(self._drawn)


def _metadata() -> str:
    return json.dumps(
        {
            "reason": "award",
            "source_kind": "contribution",
            "source_id": str(new_id()),
            "revision": 1,
            "ruleset_id": None,
            "rule_id": None,
            "actor_id": None,
            "wording": "2.5 小时 × 1 分/小时 × B 级 0.9 = 2.25 分",
        },
        ensure_ascii=False,
    )

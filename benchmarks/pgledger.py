"""The shape of ledger that the pgledger project published, written anew, to post against on PostgreSQL.

Accounts with a balance and a version; transfers; entries, two each; keys as prefixed ULIDs that functions in the
database make; and one function that locks both accounts in the order of their keys, checks, changes both balances
and inserts the transfer with its entries. No idempotency key, no signature, no audit row: it does less than a posting
here does. The driver prepares its one statement, as it does ours. ``PLAIN`` is the same with keys that cost next to
nothing.
"""

from typing import Any

from app.ids import new_id

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
    bits bytea := '\\x00'::bytea || uuid_send(key) || '\\x00'::bytea;
    made text := '';
    at int;
BEGIN
    FOR place IN 0..25 LOOP
        at := place * 5 + 6;
        made := made || chr(get_byte(letters,
            (((get_byte(bits, at / 8) << 8) | get_byte(bits, at / 8 + 1)) >> (11 - at % 8)) & 31));
    END LOOP;
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
CREATE FUNCTION post(source text, target text, points numeric, what jsonb) RETURNS SETOF transfer
LANGUAGE plpgsql SET search_path = published AS $$
DECLARE
    payer account; payee account; made text;
BEGIN
    IF points <= 0 OR source = target THEN RAISE EXCEPTION 'no such transfer'; END IF;
    PERFORM FROM account WHERE id = LEAST(source, target) FOR UPDATE;
    PERFORM FROM account WHERE id = GREATEST(source, target) FOR UPDATE;
    UPDATE account SET balance = balance - points, version = version + 1, updated_at = now()
        WHERE id = source RETURNING * INTO payer;
    UPDATE account SET balance = balance + points, version = version + 1, updated_at = now()
        WHERE id = target RETURNING * INTO payee;
    IF payer.balance < 0 AND NOT payer.may_owe THEN RAISE EXCEPTION 'below zero'; END IF;
    IF payee.balance > 0 AND NOT payee.may_own THEN RAISE EXCEPTION 'above zero'; END IF;
    IF payer.currency <> payee.currency THEN RAISE EXCEPTION 'two currencies'; END IF;
    INSERT INTO transfer (from_id, to_id, amount, created_at, event_at, metadata)
        VALUES (source, target, points, now(), now(), what) RETURNING id INTO made;
    INSERT INTO entry (account_id, transfer_id, amount, balance_before, balance_after, version, created_at) VALUES
        (source, made, -points, payer.balance + points, payer.balance, payer.version, now()),
        (target, made, points, payee.balance - points, payee.balance, payee.version, now());
    RETURN QUERY SELECT * FROM transfer WHERE id = made;
END $$;
COMMIT;
"""
_ACCOUNT = (
    "INSERT INTO published.account (id, name, currency, may_owe, may_own) VALUES (%s, %s, 'points', %s, %s)"
)
_POST = "SELECT * FROM published.post(%s, %s, %s, %s)"


PLAIN = """
CREATE OR REPLACE FUNCTION published.new_key(prefix text) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT prefix || '_' || lpad(to_hex(floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint), 14, '0')
        || encode(substring(uuid_send(gen_random_uuid()) FROM 9), 'hex')
$$
"""


class Published:
    """The published shape in a schema of its own, used by one client: transfers from one issuer to its accounts."""

    def __init__(self, connection: Any, issuer: str, accounts: list[str]) -> None:
        self._connection, self._issuer, self._accounts = connection, issuer, accounts
        self._made = 0

    @staticmethod
    def make(connection: Any, accounts: int) -> tuple[str, list[str]]:
        """Make the schema with an issuer and so many accounts; return their keys."""
        connection.execute(_SHAPE)
        issuer, *others = (f"account_{new_id().hex}" for _ in range(accounts + 1))
        rows = [(issuer, "issuer", True, False), *((key, key, False, True) for key in others)]
        connection.cursor().executemany(_ACCOUNT, rows)
        return issuer, others

    def make_plain(self) -> None:
        """Have keys from now on that cost next to nothing."""
        self._connection.execute(PLAIN)

    def singly(self, count: int) -> int:
        """Make so many transfers from the issuer, each in a durable commit of its own."""
        for number in range(self._made, self._made + count):
            target = self._accounts[number % len(self._accounts)]
            self._connection.execute(_POST, (self._issuer, target, 225, "{}")).fetchall()
        self._made += count
        return count

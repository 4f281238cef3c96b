"""Keys that stand outside the database: encryption of personal numbers, lookup hashes, row signatures.

Encryption and lookup have keys of their own. A ring may hold old keys: what they wrote stays readable,
new rows use the current one, and each row carries its key's id.
"""

import hashlib
import hmac as _hmac
import os
from collections.abc import Iterable, Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.config import Settings

MAC_LENGTH = 32
_NONCE = 12


class SigningRing:
    """HMAC-SHA256 keys by id."""

    def __init__(self, keys: tuple[tuple[str, bytes], ...]) -> None:
        self._keys = dict(keys)
        self.current_id = keys[0][0] if keys else ""
        # Copying a keyed state is several times faster than keying anew, and postings sign every row.
        self._states = {key_id: _hmac.new(key, digestmod=hashlib.sha256) for key_id, key in keys}

    def sign(self, message: bytes) -> tuple[str, bytes]:
        """Return the current key's id and its HMAC-SHA256 over the message."""
        state = self._states[self.current_id].copy()
        state.update(message)
        return self.current_id, state.digest()

    def sign_all(self, messages: Iterable[bytes]) -> list[bytes]:
        """Return the current key's HMAC over each of many messages."""
        return self._macs(self._states[self.current_id], messages)

    def check_all(
        self, key_ids: Sequence[object], messages: Sequence[bytes], macs: Sequence[object]
    ) -> list[bool]:
        """Return of each message whether its HMAC is its named key's; damaged input is False, as in ``check``."""
        if len(set(key_ids)) == 1 and (state := self._states.get(str(key_ids[0]))):
            return [
                isinstance(mac, bytes) and _hmac.compare_digest(made, mac)
                for made, mac in zip(self._macs(state, messages), macs, strict=True)
            ]
        every = zip(key_ids, messages, macs, strict=True)
        return [isinstance(mac, bytes) and self.check(str(key), message, mac) for key, message, mac in every]

    @staticmethod
    def _macs(state: _hmac.HMAC, messages: Iterable[bytes]) -> list[bytes]:
        copied, made = state.copy, []
        for message in messages:
            one = copied()
            one.update(message)
            made.append(one.digest())
        return made

    def check(self, key_id: str, message: bytes, mac: bytes) -> bool:
        """Return whether the HMAC is the named key's; an unknown key or damaged input is simply False."""
        state = self._states.get(key_id)
        if state is None or not isinstance(mac, bytes):
            return False
        state = state.copy()
        state.update(message)
        return _hmac.compare_digest(state.digest(), mac)


class EncryptionRing:
    """AES-256-GCM keys by id. Sealed form: id length, id, nonce, ciphertext with tag."""

    def __init__(self, keys: tuple[tuple[str, bytes], ...]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys}
        self.current_id = keys[0][0] if keys else ""

    def encrypt(self, plain: bytes, *, bound_to: bytes = b"") -> bytes:
        """Return the sealed bytes; ``bound_to`` must be given again to open them."""
        head = bytes([len(self.current_id)]) + self.current_id.encode()
        nonce = os.urandom(_NONCE)
        return head + nonce + self._ciphers[self.current_id].encrypt(nonce, plain, bound_to)

    def decrypt(self, sealed: bytes, *, bound_to: bytes = b"") -> bytes:
        """Return the plain bytes. Raises cryptography's InvalidTag when damaged, KeyError when the key is unknown."""
        end = 1 + sealed[0]
        cipher = self._ciphers[self.key_id(sealed)]
        return cipher.decrypt(sealed[end : end + _NONCE], sealed[end + _NONCE :], bound_to)

    @staticmethod
    def key_id(sealed: bytes) -> str:
        """Return the id of the key that sealed the bytes."""
        return sealed[1 : 1 + sealed[0]].decode()


ledger = SigningRing(())
audit = SigningRing(())
encryption = EncryptionRing(())
_lookup_key = b""


def use(settings: Settings) -> None:
    """Take the keys of these settings for the whole process."""
    global ledger, audit, encryption, _lookup_key
    ledger = SigningRing(settings.key_ring("ledger_keys"))
    audit = SigningRing(settings.key_ring("audit_keys"))
    encryption = EncryptionRing(settings.key_ring("encryption_keys"))
    _lookup_key = settings.lookup_key_bytes


def lookup_hash(purpose: str, text: str) -> bytes:
    """Return the keyed hash under which an encrypted value can be found again.

    ``purpose`` separates kinds of number ("id_number", "phone" …): equal texts of two kinds never match.
    """
    return _hmac.digest(_lookup_key, purpose.encode() + b"\x00" + text.encode(), "sha256")

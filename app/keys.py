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
_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


class SigningRing:
    """HMAC-SHA256 keys by id."""

    def __init__(self, keys: tuple[tuple[str, bytes], ...]) -> None:
        self._keys = dict(keys)
        self.current_id = keys[0][0] if keys else ""
        # HMAC by its two plain hashes, begun once a key: copying them costs a third less than copying an HMAC.
        self._begun = {key_id: tuple(map(hashlib.sha256, padded(key))) for key_id, key in keys}

    def sign(self, message: bytes) -> tuple[str, bytes]:
        """Return the current key's id and its HMAC-SHA256 over the message."""
        return self.current_id, self._macs(self.current_id, (message,))[0]

    def sign_all(self, messages: Iterable[bytes]) -> list[bytes]:
        """Return the current key's HMAC over each of many messages."""
        return self._macs(self.current_id, messages)

    def check_all(
        self, key_ids: Sequence[object], messages: Sequence[bytes], macs: Sequence[object]
    ) -> list[bool]:
        """Return of each message whether its HMAC is its named key's; damaged input is False, as in ``check``."""
        if len(set(key_ids)) == 1 and key_ids[0] in self._begun:
            made = self._macs(str(key_ids[0]), messages)
            return [True] * len(made) if made == list(macs) else list(map(_same, made, macs))
        every = zip(key_ids, messages, macs, strict=True)
        return [isinstance(mac, bytes) and self.check(str(key), message, mac) for key, message, mac in every]

    def check(self, key_id: str, message: bytes, mac: bytes) -> bool:
        """Return whether the HMAC is the named key's; an unknown key or damaged input is simply False."""
        return key_id in self._begun and _same(self._macs(key_id, (message,))[0], mac)

    def _macs(self, key_id: str, messages: Iterable[bytes]) -> list[bytes]:
        inner, outer = (begun.copy for begun in self._begun[key_id])
        made = []
        for message in messages:
            first, then = inner(), outer()
            first.update(message)
            then.update(first.digest())
            made.append(then.digest())
        return made


def _same(made: bytes, mac: object) -> bool:
    return isinstance(mac, bytes) and _hmac.compare_digest(made, mac)


def padded(key: bytes) -> tuple[bytes, bytes]:
    """Return the two blocks with which the inner and the outer hash of an HMAC-SHA256 begin (RFC 2104).

    ``SHA256(outer + SHA256(inner + message))`` is the HMAC: what signs many short messages hashes by itself.
    """
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return block.translate(_INNER), block.translate(_OUTER)


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

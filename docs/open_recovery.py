#!/usr/bin/env python3
"""Opens the wrapped key of a recovery key (kind 2 of docs/format.md): HPKE (RFC 9180) in base mode with DHKEM(X25519,
HKDF-SHA256), HKDF-SHA256 and ChaCha20Poly1305. Written from that page and the RFC alone, without code of Parasol.

It needs Python 3.8 and the package `cryptography`, and is made to be the command of read_envelope.py:

    python3 read_envelope.py --context '{"customerId":"7"}' --purpose customer.phone --kind 2 \\
        --unwrap "python3 open_recovery.py --secret-key FILE --purpose customer.phone" < INPUT

FILE holds what `gpg --decrypt` gives of the officers' message. The data key goes to the standard output.
"""
import argparse, hmac, re, struct, sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEM, HPKE = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x03"
LABEL = b"parasol/envelope/recovery-key"
INFO = bytes([len(LABEL)]) + LABEL + b"\x01"


def open_wrapped_key(wrapped, secret_key, purpose):
    """The data key, or None if it is not for this recovery key or this purpose."""
    if len(wrapped) < 48:
        return None
    secret, encapsulated = X25519PrivateKey.from_private_bytes(secret_key), wrapped[:32]
    public = secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    try:
        dh = secret.exchange(X25519PublicKey.from_public_bytes(encapsulated))
        key, nonce = schedule(dh, encapsulated + public)
        return ChaCha20Poly1305(key).decrypt(nonce, wrapped[32:], encode_kms_context(purpose))
    except (InvalidTag, ValueError):
        return None


def schedule(dh, kem_context):
    shared = expand(KEM, extract(KEM, b"", b"eae_prk", dh), b"shared_secret", kem_context, 32)
    secret = extract(HPKE, shared, b"secret", b"")
    context = b"\x00" + extract(HPKE, b"", b"psk_id_hash", b"") + extract(HPKE, b"", b"info_hash", INFO)
    return expand(HPKE, secret, b"key", context, 32), expand(HPKE, secret, b"base_nonce", context, 12)


def extract(suite, salt, label, key):
    return hmac.digest(salt, b"HPKE-v1" + suite + label + key, "sha256")


def expand(suite, secret, label, info, length):
    info = struct.pack(">H", length) + b"HPKE-v1" + suite + label + info
    return hmac.digest(secret, info + b"\x01", "sha256")[:length]


def encode_kms_context(purpose):
    """What the KMS sees of a context, as docs/format.md encodes contexts."""
    if purpose is None:
        return struct.pack(">I", 0)
    parts = [b"purpose", purpose.encode()]
    return struct.pack(">I", 1) + b"".join(struct.pack(">I", len(part)) + part for part in parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--secret-key", type=argparse.FileType("rb"), required=True)
    parser.add_argument("--purpose")
    options = parser.parse_args()
    match = re.search(rb"^secret ([0-9a-f]{64})$", options.secret_key.read(), re.MULTILINE)
    secret = bytes.fromhex(match[1].decode()) if match else sys.exit("There is no recovery key in the file")
    data_key = open_wrapped_key(sys.stdin.buffer.read(), secret, options.purpose)
    sys.stdout.buffer.write(data_key) if data_key else sys.exit("Decryption failed")


if __name__ == "__main__":
    main()

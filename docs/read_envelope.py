#!/usr/bin/env python3
"""Opens what Parasol's scheme `envelope` encrypted, written from docs/format.md alone, without code of Parasol.

It needs Python 3.8 and the package `cryptography`, and the data key: either itself or a way to have it unwrapped, such as a
call of your KMS. Suite 3, NaCl's secretbox, is not in `cryptography` and is left out.

    python3 read_envelope.py --context '{"customerId":"7"}' --purpose customer.phone --data-key FILE < INPUT
    python3 read_envelope.py --context '{"customerId":"7"}' --purpose customer.phone --unwrap COMMAND < INPUT

INPUT is a token, a record as JSON ({"phone": token, "kms_encrypt_key": token}), a binary ciphertext or, with --stream, a
stream. FILE holds the 32
bytes of the data key. COMMAND gets a wrapped key on its standard input and writes the data key to its standard output; if
it fails, the next wrapped key is tried. With --kind 2 it gets what recovery keys open: open_recovery.py is such a command.
"""
import argparse, base64, hashlib, hmac, json, re, struct, subprocess, sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

VERSION, KMS, AEADS = 1, 1, {1: AESGCM, 2: ChaCha20Poly1305, 4: ChaCha20Poly1305}
TOKEN = re.compile(r"enc1\.[a-z][a-z0-9-]{0,31}\.([A-Za-z0-9_-]+)")


class DecryptionFailed(Exception):
    """Wrong key, wrong context, damaged or forged."""


def open_value(ciphertext, context, unwrap, kind=KMS):
    """The bytes of a single value. `context` is complete, with "parasol:purpose"; `unwrap(label, wrapped_key)` gives the
    data key, or None if the wrapped key is not one of yours: then the next one of that kind is tried."""
    suite, key, field_at = open_green_key(ciphertext, context, unwrap, kind)
    return open_field(suite, key, ciphertext[field_at:], b"\x00")


def open_record(green_key, fields, context, unwrap, kind=KMS):
    """The bytes of each field, by its name."""
    suite, key, end = open_green_key(green_key, context, unwrap, kind)
    if end != len(green_key):
        raise DecryptionFailed
    return {name: open_field(suite, key, field, b"\x01" + name.encode()) for name, field in fields.items()}


def open_stream(ciphertext, context, unwrap, kind=KMS):
    """The bytes of a stream, all at once."""
    suite, record_key, at = open_green_key(ciphertext, context, unwrap, kind)
    header, segments, opened = ciphertext[at:at + 1], ciphertext[at + 1:], []
    if not header or not 8 <= header[0] <= 20:
        raise DecryptionFailed
    key = kdf(record_key, b"parasol/envelope/stream", bytes([VERSION, suite]) + header, suite)[:32]
    size = 2 ** header[0] + 16
    for number, start in enumerate(range(0, len(segments) or 1, size)):
        nonce = bytes(7) + struct.pack(">IB", number, start + size >= len(segments))
        opened.append(open_field(suite, key, nonce + segments[start:start + size], b"\x02"))
    if len(opened) > 1 and not opened[-1]:
        raise DecryptionFailed
    return b"".join(opened)


def open_green_key(data, context, unwrap, wanted):
    """The suite, the record key, and where the green key ends."""
    if len(data) < 59 or data[0] != VERSION or data[1] not in AEADS or not 1 <= data[58] <= 16:
        raise DecryptionFailed
    wrapped_keys, at = [], 59
    for _ in range(data[58]):
        kind, label, at = data[at:at + 1], *take(data, at + 1, 1)
        wrapped, at = take(data, at, 2)
        if not wrapped:
            raise DecryptionFailed
        wrapped_keys.append((kind[0], text(label), wrapped))
    entries, tag = data[58:at], data[at:at + 16]
    unwrapped = (unwrap(label, wrapped) for kind, label, wrapped in wrapped_keys if kind == wanted)
    data_key = next((key for key in unwrapped if key is not None), b"")
    if len(data_key) != 32:
        raise DecryptionFailed
    tag_key = kdf(data_key, b"parasol/envelope/wrapped-keys", b"")
    derived = kdf(data_key, b"parasol/envelope/record", data[:26] + encode_context(context), data[1])
    list_tag = hmac.digest(tag_key, bytes([VERSION]) + entries, "sha512")[:16]
    if not hmac.compare_digest(list_tag, tag) or not hmac.compare_digest(derived[32:], data[26:58]):
        raise DecryptionFailed
    return data[1], derived[:32], at + 16


def open_field(suite, key, field, aad):
    try:
        return AEADS[suite](key).decrypt(field[:12], field[12:], aad)
    except (InvalidTag, ValueError) as error:
        raise DecryptionFailed from error


def kdf(data_key, label, info, suite=None):
    """One step of NIST SP 800-56C. FixedInfo of a record goes on with version, suite and salt: data[:26]."""
    return hashlib.new("blake2b" if suite == 4 else "sha512", struct.pack(">I", 1) + data_key + bytes([len(label)]) + label + info).digest()


def encode_context(context):
    entries = sorted((name.encode(), value.encode()) for name, value in context.items())
    return struct.pack(">I", len(entries)) + b"".join(struct.pack(">I", len(part)) + part for e in entries for part in e)


def take(data, at, size):
    """What stands behind its own length of `size` bytes, and where it ends."""
    start = at + size
    end = start + int.from_bytes(data[at:start], "big")
    if end > len(data):
        raise DecryptionFailed
    return data[start:end], end


def text(data):
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise DecryptionFailed from error


def parse_token(token):
    match = TOKEN.fullmatch(token)
    if not match:
        raise DecryptionFailed
    return base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--context", type=json.loads, default={})
    parser.add_argument("--purpose")
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--kind", type=int, default=KMS)
    key = parser.add_mutually_exclusive_group(required=True)
    key.add_argument("--data-key", type=argparse.FileType("rb"))
    key.add_argument("--unwrap")
    options = parser.parse_args()
    context = dict(options.context, **({"parasol:purpose": options.purpose} if options.purpose is not None else {}))

    def unwrap(_label, wrapped):
        if options.data_key:
            return options.data_key.read()
        done = subprocess.run(options.unwrap, shell=True, input=wrapped, stdout=subprocess.PIPE)
        return done.stdout if done.returncode == 0 else None

    data = sys.stdin.buffer.read()
    if options.stream:
        sys.stdout.buffer.write(open_stream(data, context, unwrap, options.kind))
    elif data.startswith(b"{"):
        fields = {name: parse_token(token) for name, token in json.loads(data).items()}
        opened = open_record(fields.pop("kms_encrypt_key"), fields, context, unwrap, options.kind)
        print(json.dumps({name: value.decode() for name, value in opened.items()}, ensure_ascii=False))
    else:
        ciphertext = parse_token(data.decode().strip()) if data.startswith(b"enc1.") else data
        sys.stdout.buffer.write(open_value(ciphertext, context, unwrap, options.kind))


if __name__ == "__main__":
    try:
        main()
    except DecryptionFailed:
        sys.exit("Decryption failed")

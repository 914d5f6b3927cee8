"""Sequoia 2 for tests: python3 sequoia2.py OPERATION [NAME=FILE ...] < DATA > RESULT"""

import re
import sys

import pysequoia as sequoia
from pysequoia import Cert, Profile, Sig, SignatureMode, Tsk

KEY_WORD = {"word": None}


def read(path):
    with open(path, "rb") as file:
        return file.read()


def certificates(path):
    blocks = re.split(rb"(?=-----BEGIN PGP)", read(path))
    return [Cert.from_bytes(block) for block in blocks if block.strip()]


def secret_key(path):
    return Tsk.from_bytes(read(path))


def with_word(make):
    """Keys are locked under the word that is given, or not at all."""
    try:
        return make(KEY_WORD["word"])
    except Exception:
        return make(None)


def demand(result, paths):
    if paths and not result.valid_sigs:
        sys.exit("No valid signature")
    return bytes(result.bytes or b"")


def store(paths):
    return (lambda ids: [each for path in paths for each in certificates(path)]) if paths else None


def make_key(data, given):
    return str(Tsk.generate("Peer <peer@example.com>", profile=Profile.RFC9580)).encode()


def extract(data, given):
    return str(Tsk.from_bytes(data).extract_certificate()).encode()


def encrypt(data, given):
    to = [each for path in given["to"] for each in certificates(path)]
    signer = with_word(secret_key(given["sign"][0]).signer)
    return bytes(sequoia.encrypt(data, recipients=to, signer=signer, armor="armor" in given))


def encrypt_to_password(data, given):
    return bytes(sequoia.encrypt(data, passwords=[read(given["password"][0]).decode()]))


def decrypt(data, given):
    if "password" in given:
        return demand(sequoia.decrypt(data, passwords=[read(given["password"][0]).decode()]), [])
    decryptor = with_word(secret_key(given["key"][0]).decryptor)
    return demand(sequoia.decrypt(data, decryptor=decryptor, store=store(given["verify"])), given["verify"])


MODES = {
    "detached": SignatureMode.DETACHED,
    "inline": SignatureMode.INLINE,
    "clear": SignatureMode.CLEAR,
}


def sign(data, given):
    signer = with_word(secret_key(given["sign"][0]).signer)
    return bytes(sequoia.sign(signer, data, mode=MODES[given["mode"][0]], armor="armor" in given))


def verify(data, given):
    if "signature" not in given:
        return demand(sequoia.verify(bytes=data, store=store(given["verify"])), given["verify"])
    signature = Sig.from_bytes(read(given["signature"][0]))
    demand(sequoia.verify(bytes=data, store=store(given["verify"]), signature=signature), given["verify"])
    return b""


OPERATIONS = {
    "make-key": make_key,
    "extract": extract,
    "encrypt": encrypt,
    "encrypt-to-password": encrypt_to_password,
    "decrypt": decrypt,
    "sign": sign,
    "verify": verify,
}

given = {}
for argument in sys.argv[2:]:
    name, _, value = argument.partition("=")
    given.setdefault(name, []).append(value)
if "word" in given:
    KEY_WORD["word"] = read(given["word"][0]).decode()
sys.stdout.buffer.write(OPERATIONS[sys.argv[1]](sys.stdin.buffer.read(), given))

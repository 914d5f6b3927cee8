import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EnvelopeProvider, RecoveryKey } from '@parasol/backend-envelope'
import { createCrypto, flattenRecord, parseToken } from '@parasol/core'
import { FakeKms, once } from '@parasol/testing'
import { afterAll, expect, it } from 'vitest'
import { read, root } from './repository.js'

/** The first Python that has the package; of several on a machine, Debian's has Debian's packages. */
const python = ['/usr/bin/python3', 'python3'].find(
  (path) => spawnSync(path, ['-c', 'import cryptography.hazmat.primitives.ciphers.aead']).status === 0,
)
const hasPython = python !== undefined
const script = join(root, 'docs', 'read_envelope.py')
const folder = mkdtempSync(join(tmpdir(), 'parasol-python-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const kms = new FakeKms()
const provider = new EnvelopeProvider({ kms, keyId: 'alias/parasol' })
const phone = createCrypto([provider], { 'customer.phone': { scheme: 'envelope' } }).for('customer.phone')
const CONTEXT = { customerId: '7', 省: '浙江' }

it.skipIf(!hasPython)('reads a token that this SDK made (needs python3-cryptography)', async () => {
  const token = await phone.encrypt('13800138000', CONTEXT)
  const { status, stdout } = run(`${token}\n`, '--data-key', await dataKeyOf(token))
  expect({ status, stdout }).toEqual({ status: 0, stdout: '13800138000' })
})

it.skipIf(!hasPython)('reads a binary ciphertext that this SDK made (needs python3-cryptography)', async () => {
  const ciphertext = await phone.encryptBytes(Buffer.from('浙江省杭州市'), CONTEXT)
  const { status, stdout } = run(ciphertext, '--data-key', await dataKeyOf(ciphertext))
  expect({ status, stdout }).toEqual({ status: 0, stdout: '浙江省杭州市' })
})

it.skipIf(!hasPython)('reads a record with a command that unwraps (needs python3-cryptography)', async () => {
  const fields = { 手机号: '13800138000', address: '浙江省杭州市', note: '' }
  const record = await phone.encryptRecord(fields, CONTEXT)
  const dataKey = await dataKeyOf(record.key ?? '')
  const { status, stdout } = run(JSON.stringify(flattenRecord(record)), '--unwrap', `cat '${dataKey}'`)
  expect({ status, fields: JSON.parse(stdout) }).toEqual({ status: 0, fields })
})

it.skipIf(!hasPython)(
  'refuses another context and a changed byte without a word more (needs python3-cryptography)',
  async () => {
    const token = await phone.encrypt('13800138000', CONTEXT)
    const dataKey = await dataKeyOf(token)
    const { scheme: _, ciphertext } = parseToken(token)
    const damaged = Uint8Array.from(ciphertext, (byte, index) => (index === ciphertext.length - 1 ? byte ^ 1 : byte))
    const attempts = [run(token, '--data-key', dataKey, '--context', '{}'), run(damaged, '--data-key', dataKey)]
    for (const { status, stdout, stderr } of attempts) {
      expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: 'Decryption failed\n' })
    }
  },
)

it.skipIf(!hasPython)('agrees with every frozen vector (needs python3-cryptography)', () => {
  const vectors = join(root, 'packages', 'backend-envelope', 'test', 'vectors')
  const checked = execFileSync(python ?? '', ['-c', CHECK_VECTORS, join(root, 'docs'), vectors], { encoding: 'utf8' })
  const counts = ['values', 'records', 'streams', 'refused'].map((name) => readable(name).length)
  expect(JSON.parse(checked)).toEqual(counts)
})

it.skipIf(!hasPython)('reads a stream that this SDK made (needs python3-cryptography)', async () => {
  const plaintext = 'text of a stream '.repeat(10_000)
  const parts: Uint8Array[] = []
  for await (const part of phone.encryptStream(once(Buffer.from(plaintext)), CONTEXT)) parts.push(part)
  const { status, stdout } = run(Buffer.concat(parts), '--stream', '--data-key', await dataKeyOf(Buffer.concat(parts)))
  expect({ status, opened: stdout === plaintext }).toEqual({ status: 0, opened: true })
})

it.skipIf(!hasPython)(
  'derives record keys as another implementation of the KDF does (needs python3-cryptography)',
  () => {
    const vectors = join(root, 'packages', 'backend-envelope', 'test', 'vectors', 'values.json')
    const derived = execFileSync(python ?? '', ['-c', DERIVE, join(root, 'docs'), vectors], { encoding: 'utf8' })
    const expected: readonly { recordKey: string }[] = JSON.parse(readFileSync(vectors, 'utf8'))
    expect(JSON.parse(derived)).toEqual(expected.map(({ recordKey }) => recordKey))
  },
)

it.skipIf(!hasPython)('agrees with every vector of recovery keys (needs python3-cryptography)', () => {
  const vectors = join(root, 'packages', 'backend-envelope', 'test', 'vectors')
  const checked = execFileSync(python ?? '', ['-c', CHECK_RECOVERY, join(root, 'docs'), vectors], { encoding: 'utf8' })
  expect(JSON.parse(checked)).toEqual(['recovery', 'recovery-refused'].map((name) => readable(name).length))
})

it.skipIf(!hasPython)('reads a token by a recovery key that this SDK made (needs python3-cryptography)', async () => {
  using key = await RecoveryKey.generate()
  const recovery = [{ publicKey: key.publicKey.toString() }]
  const saved = new EnvelopeProvider({ kms, keyId: 'alias/parasol', recovery })
  const cipher = createCrypto([saved], { 'customer.phone': { scheme: 'envelope' } }).for('customer.phone')
  const file = join(folder, 'recovery.key')
  await key.withSecret(async (secret) => writeFileSync(file, `secret ${Buffer.from(secret).toString('hex')}\n`))
  const unwrap = `'${python}' '${join(root, 'docs', 'open_recovery.py')}' --secret-key '${file}' --purpose customer.phone`
  const token = await cipher.encrypt('13800138000', CONTEXT)
  const { status, stdout } = run(token, '--kind', '2', '--unwrap', unwrap)
  expect({ status, stdout }).toEqual({ status: 0, stdout: '13800138000' })
})

it('is one page that needs nothing of ours', () => {
  const source = read('docs/read_envelope.py')
  expect(source.split('\n').length).toBeLessThanOrEqual(160)
  expect(source.match(/^from \S+|^import .*/gm)).toEqual([
    'import argparse, base64, hashlib, hmac, json, re, struct, subprocess, sys',
    'from cryptography.exceptions',
    'from cryptography.hazmat.primitives.ciphers.aead',
  ])
})

const CHECK_VECTORS = `
import json, pathlib, sys
sys.path.insert(0, sys.argv[1]); sys.dont_write_bytecode = True
from read_envelope import AEADS, DecryptionFailed, open_record, open_stream, open_value
unhex = bytes.fromhex
load = lambda name: json.loads((pathlib.Path(sys.argv[2]) / (name + ".json")).read_text("utf-8"))
unwrap = lambda vector: lambda label, wrapped: unhex(vector["dataKey"])
def opened(vector):
    if "exponent" in vector: return open_stream(unhex(vector["ciphertext"]), vector["context"], unwrap(vector))
    if "stream" in vector: return open_stream(unhex(vector["stream"]), vector["context"], unwrap(vector))
    if "ciphertext" in vector: return open_value(unhex(vector["ciphertext"]), vector["context"], unwrap(vector))
    fields = {name: unhex(field["ciphertext"] if "wrong" not in vector else field) for name, field in vector["fields"].items()}
    return open_record(unhex(vector["greenKey"]), fields, vector["context"], unwrap(vector))
values = [vector for vector in load("values") if vector["suite"] in AEADS]
for vector in values: assert opened(vector) == unhex(vector["plaintext"]), vector["name"]
streams = [vector for vector in load("streams") if vector["suite"] in AEADS]
for vector in streams: assert opened(vector) == unhex(vector["plaintext"]), vector["name"]
records = [vector for vector in load("records") if vector["suite"] in AEADS]
for vector in records:
    assert opened(vector) == {n: unhex(f["plaintext"]) for n, f in vector["fields"].items()}, vector["name"]
refused = load("refused")
for vector in refused:
    try: opened(vector)
    except DecryptionFailed: continue
    raise AssertionError(vector["wrong"])
print(json.dumps([len(values), len(records), len(streams), len(refused)]))
`

const CHECK_RECOVERY = `
import json, pathlib, sys
sys.path.insert(0, sys.argv[1]); sys.dont_write_bytecode = True
from open_recovery import open_wrapped_key
from read_envelope import AEADS, DecryptionFailed, open_value
unhex = bytes.fromhex
load = lambda name: json.loads((pathlib.Path(sys.argv[2]) / (name + ".json")).read_text("utf-8"))
def opened(vector):
    import hashlib
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    secret = unhex(vector["recoverySecret"])
    public = X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    name = "x25519:" + hashlib.sha256(public).hexdigest()[:16]
    purpose = vector["context"].get("parasol:purpose")
    unwrap = lambda label, wrapped: open_wrapped_key(wrapped, secret, purpose) if label == name else None
    return open_value(unhex(vector["ciphertext"]), vector["context"], unwrap, 2)
recovery = load("recovery")
for vector in recovery: assert opened(vector) == unhex(vector["plaintext"]), vector["name"]
refused = load("recovery-refused")
for vector in refused:
    try: opened(vector)
    except DecryptionFailed: continue
    raise AssertionError(vector["wrong"])
print(json.dumps([len(recovery), len(refused)]))
`

/** `ConcatKDFHash` of the package is the same KDF by other hands. */
const DERIVE = `
import json, sys
sys.path.insert(0, sys.argv[1]); sys.dont_write_bytecode = True
from cryptography.hazmat.primitives.hashes import BLAKE2b, SHA512
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from read_envelope import encode_context
def derive(vector):
    info = bytes([23]) + b"parasol/envelope/record" + bytes([1, vector["suite"]]) + bytes.fromhex(vector["salt"])
    kdf = ConcatKDFHash(BLAKE2b(64) if vector["suite"] == 4 else SHA512(), 64, info + encode_context(vector["context"]))
    return kdf.derive(bytes.fromhex(vector["dataKey"]))[:32].hex()
print(json.dumps([derive(vector) for vector in json.load(open(sys.argv[2], encoding="utf-8"))]))
`

/** The vectors that Python can read: `cryptography` has no secretbox. */
function readable(name: string): readonly unknown[] {
  const vectors: readonly { suite?: number }[] = JSON.parse(read(`packages/backend-envelope/test/vectors/${name}.json`))
  return vectors.filter(({ suite }) => suite !== 3)
}

function run(input: string | Uint8Array, ...options: readonly string[]) {
  const defaults = ['--purpose', 'customer.phone', '--context', JSON.stringify(CONTEXT)]
  return spawnSync(python ?? '', [script, ...defaults, ...options], { input, encoding: 'utf8' })
}

/** Has the KMS unwrap the first wrapped key of a green key, and writes the data key to a file. */
async function dataKeyOf(from: string | Uint8Array): Promise<string> {
  const greenKey = Buffer.from(typeof from === 'string' ? parseToken(from).ciphertext : from)
  const lengthAt = 61 + greenKey.readUInt8(60)
  const wrapped = greenKey.subarray(lengthAt + 2, lengthAt + 2 + greenKey.readUInt16BE(lengthAt))
  const file = join(folder, `${greenKey.subarray(2, 10).toString('hex')}.key`)
  writeFileSync(file, await kms.decrypt(wrapped, { purpose: 'customer.phone' }))
  return file
}

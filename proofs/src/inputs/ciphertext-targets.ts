import { EnvelopeProvider, inspectEnvelope } from '@parasol/backend-envelope'
import { GpgProvider, generateGpgKey, KeyRing } from '@parasol/backend-gpg'
import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import { type CryptoProvider, formatToken, isRecordProvider, parseToken } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import { latin1, type Target, windows } from './target.js'

const CONTEXT = { table: 'customers', row: '7' }
const TEXTS = ['', '13800138000', '王小明'.repeat(30)].map((text) => Buffer.from(text))

/** Tokens, green keys, and the ciphertexts of every scheme. */
export async function ciphertextTargets(): Promise<readonly Target[]> {
  const envelope = new EnvelopeProvider({ kms: new FakeKms(), keyId: 'alias/proof', segmentBytes: 256 })
  const direct = new KmsDirectProvider({ kms: new FakeKms(), keyId: 'alias/proof' })
  const { certificate, secretKey, fingerprint } = await generateGpgKey({ name: 'Proof', unprotected: true })
  const keyRing = KeyRing.inMemory()
  await keyRing.import(secretKey)
  const gpg = new GpgProvider({ keyRing, recipients: [fingerprint], signer: fingerprint, context: 'signed' })
  return [
    tokenTarget(await encryptAll(envelope)),
    inspectionTarget(await encryptAll(envelope)),
    decryptionTarget(envelope, await encryptAll(envelope), 1),
    await greenKeyTarget(envelope),
    await streamTarget(envelope),
    decryptionTarget(direct, await encryptAll(direct), 1),
    decryptionTarget(gpg, await encryptAll(gpg), 0.1),
    keyImportTarget([certificate, secretKey]),
  ]
}

async function encryptAll(provider: CryptoProvider): Promise<readonly Uint8Array[]> {
  return Promise.all(TEXTS.map((text) => provider.encrypt(text, CONTEXT)))
}

function tokenTarget(ciphertexts: readonly Uint8Array[]): Target {
  return {
    name: 'token',
    samples: ciphertexts.map((bytes) => Buffer.from(formatToken('envelope', bytes))),
    share: 1,
    secrets: (input) => windows(latin1(input)),
    feed: async (input) => {
      const { scheme, ciphertext } = parseToken(latin1(input))
      return formatToken(scheme, ciphertext) === latin1(input) ? 'taken' : 'wrongly'
    },
  }
}

function inspectionTarget(samples: readonly Uint8Array[]): Target {
  return {
    name: 'inspect',
    samples,
    share: 1,
    secrets: (input) => windows(latin1(input)),
    feed: async (input) => {
      const { greenKeyBytes, bodyBytes } = inspectEnvelope(input)
      return greenKeyBytes + bodyBytes === input.length ? 'taken' : 'wrongly'
    },
  }
}

function decryptionTarget(provider: CryptoProvider, samples: readonly Uint8Array[], share: number): Target {
  return {
    name: provider.scheme,
    samples,
    share,
    secrets: (input) => windows(latin1(input)),
    feed: async (input) => {
      await provider.decrypt(input, CONTEXT)
      return isAmong(samples, input) ? 'taken' : 'wrongly'
    },
  }
}

async function greenKeyTarget(provider: CryptoProvider): Promise<Target> {
  if (!isRecordProvider(provider)) throw new TypeError('It has no records')
  const record = await provider.encryptRecord(new Map([['phone', TEXTS[1] as Uint8Array]]), CONTEXT)
  return {
    name: 'greenKey',
    samples: [record.key],
    share: 1,
    secrets: (input) => windows(latin1(input)),
    feed: async (key) => {
      await provider.decryptRecord({ ...record, key }, CONTEXT)
      return isAmong([record.key], key) ? 'taken' : 'wrongly'
    },
  }
}

/** Nothing may come out of a damaged stream but a beginning of what went in, and no end. */
async function streamTarget(provider: EnvelopeProvider): Promise<Target> {
  const plaintext = Buffer.alloc(1_500, '13800138000')
  const samples = [await join(provider.encryptStream(inPieces(plaintext), CONTEXT))]
  return {
    name: 'stream',
    samples,
    share: 1,
    secrets: (input) => windows(latin1(input)),
    feed: async (input) => {
      let released = Buffer.alloc(0)
      for await (const chunk of provider.decryptStream(inPieces(input), CONTEXT)) {
        released = Buffer.concat([released, chunk])
        if (!plaintext.subarray(0, released.length).equals(released)) return 'wrongly'
      }
      return isAmong(samples, input) ? 'taken' : 'wrongly'
    },
  }
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 200) yield bytes.subarray(at, at + 200)
}

async function join(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function keyImportTarget(armored: readonly string[]): Target {
  return {
    name: 'gpgKeys',
    samples: armored.map((text) => Buffer.from(text)),
    share: 0.1,
    secrets: (input) => windows(latin1(input).replace(/^[\s\S]*?\n\n/, '')),
    feed: async (input) => {
      await KeyRing.inMemory().import(input)
      return 'taken'
    },
  }
}

function isAmong(samples: readonly Uint8Array[], input: Uint8Array): boolean {
  return samples.some((sample) => Buffer.compare(sample, input) === 0)
}

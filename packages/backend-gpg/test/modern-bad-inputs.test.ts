import { createHash, createPrivateKey, randomBytes, sign as signRaw } from 'node:crypto'
import { Readable } from 'node:stream'
import { type GpgOptions, GpgProvider, generateGpgKey, KeyRing } from '@parasol/backend-gpg'
import { CryptoError } from '@parasol/core'
import { gather } from '@parasol/testing'
import {
  encryptSessionKey,
  enums,
  LiteralDataPacket,
  type PrivateKey,
  type SessionKey,
  type SignaturePacket,
} from 'openpgp'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { authenticate } from '../src/authenticated-data.js'
import { modernConfig, openpgpConfig } from '../src/openpgp-config.js'
import { packetHeader } from '../src/packet-frame.js'
import { protect } from '../src/protected-data.js'
import { prepareSignatures } from '../src/signing.js'

// Keys are made, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const text = Buffer.from('13800138000')
const OCB = { cipher: 'aes256', mode: 'ocb' } as const
const PASSWORD = 'correct horse'
const { packet: TAG } = enums
const ring = KeyRing.inMemory()
let alice: string
let bob: string
let carol: string
beforeAll(async () => {
  const make = async (name: string): Promise<string> => {
    const { secretKey, fingerprint } = await generateGpgKey({ name, profile: 'modern', unprotected: true })
    await ring.import(secretKey)
    return fingerprint
  }
  alice = await make('Alice')
  bob = await make('Bob')
  carol = await make('Carol')
})

function reader(options: Partial<GpgOptions> = {}): GpgProvider {
  return new GpgProvider({ keyRing: ring, profile: 'modern', recipients: [bob], signer: alice, ...options })
}

const REFUSED = ['DECRYPTION_FAILED', undefined, 'Decryption failed']

async function outcome(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'read',
    (error) => (CryptoError.is(error) ? [error.code, error.reason, error.message] : error),
  )
}

async function readBoth(message: Uint8Array, by = reader()): Promise<readonly unknown[]> {
  const stream = async (): Promise<void> => {
    for await (const piece of by.decryptStream(Readable.from([message]), {})) expect(piece).toBeDefined()
  }
  return Promise.all([outcome(by.decrypt(message, {})), outcome(stream())])
}

function packet(tag: number, ...body: readonly Uint8Array[]): Buffer {
  const whole = Buffer.concat(body)
  return Buffer.concat([packetHeader(tag, whole.length), whole])
}

interface Sealed {
  readonly to?: string
  readonly passwords?: readonly string[]
  /** Versions of the session key and of the data, 2 each in RFC 9580. */
  readonly keyForm?: 1 | 2
  readonly dataForm?: 1 | 2
}

/** Encrypts packets as they are, in forms that may not belong together. */
async function seal(packets: Uint8Array, { to = bob, passwords = [], keyForm = 2, dataForm = 2 }: Sealed = {}) {
  const data = randomBytes(32)
  const preamble = (await encryptSessionKey({
    data,
    algorithm: 'aes256',
    ...(keyForm === 2 ? { aeadAlgorithm: 'ocb' } : {}),
    encryptionKeys: passwords.length > 0 ? [] : [await ring.certificate(to)],
    passwords: [...passwords],
    format: 'binary',
    config: keyForm === 2 ? modernConfig : openpgpConfig,
  })) as Uint8Array
  const source = Readable.from([packets])
  const body = await gather(dataForm === 2 ? authenticate(data, OCB, source) : protect(data, source))
  return Buffer.concat([preamble, packet(TAG.symEncryptedIntegrityProtectedData, body)])
}

interface Pieces {
  readonly onePass: Buffer
  readonly literal: Buffer
  readonly signature: Buffer
  readonly packet: SignaturePacket & { readonly salt: Uint8Array }
}

async function signed(signer: string): Promise<Pieces> {
  const key = await ring.secretKey(signer)
  const recipients = [await ring.certificate(bob)]
  const [signing] = await prepareSignatures([key], { recipients, notations: [], text: false })
  if (!signing) throw new Error('No signature')
  const data = new LiteralDataPacket() as unknown as Literal
  data.setBytes(text, enums.literal.binary)
  const made = await signing.sign(data as never)
  return {
    onePass: packet(TAG.onePassSignature, signing.onePass.write() as Uint8Array),
    literal: packet(TAG.literalData, Buffer.from('b\0\0\0\0\0'), text),
    signature: packet(TAG.signature, made.write() as Uint8Array),
    packet: made as Pieces['packet'],
  }
}

/** What the types of OpenPGP.js do not tell of data. */
interface Literal {
  setBytes(bytes: Uint8Array, format: number): void
}

it('reads what the tests below put together, if nothing is wrong with it', async () => {
  const { onePass, literal, signature } = await signed(alice)
  expect(await readBoth(await seal(Buffer.concat([onePass, literal, signature])))).toEqual(['read', 'read'])
  const padding = packet(TAG.padding, randomBytes(300))
  const padded = Buffer.concat([padding, onePass, literal, padding, signature, padding, padding])
  expect(await readBoth(await seal(padded))).toEqual(['read', 'read'])
})

describe('a message that was changed', () => {
  it('is refused with any bit flipped, and cut off anywhere', async () => {
    const message = Buffer.from(await reader().encrypt(text, {}))
    for (let at = 0; at < message.length; at += 1) {
      const changed = Buffer.from(message)
      changed[at] = (message[at] ?? 0) ^ (1 << (at % 8))
      const [whole, stream] = await readBoth(changed)
      // The id of a key that nobody here has is told by the same error.
      expect([at, whole, stream]).toEqual([at, REFUSED, REFUSED])
    }
    for (let length = 0; length < message.length; length += 7) {
      expect(await readBoth(message.subarray(0, length))).toEqual([REFUSED, REFUSED])
    }
    expect(await readBoth(Buffer.concat([message, message]))).toEqual([REFUSED, REFUSED])
    expect(await readBoth(Buffer.concat([message, Uint8Array.of(0)]))).toEqual([REFUSED, REFUSED])
  })

  it('is refused if it was passed on to somebody else', async () => {
    const { onePass, literal, signature } = await signed(alice)
    const passedOn = await seal(Buffer.concat([onePass, literal, signature]), { to: carol })
    expect(await readBoth(passedOn, reader({ recipients: [carol] }))).toEqual([REFUSED, REFUSED])
  })

  it('is refused if it asks for chunks without an end', async () => {
    const message = Buffer.from(await reader().encrypt(text, {}))
    const dataAt = 2 + (message[1] ?? 0)
    for (const octet of [17, 24, 56, 255]) {
      const changed = Buffer.from(message)
      changed[dataAt + 6] = octet
      expect(await readBoth(changed)).toEqual([REFUSED, REFUSED])
    }
  })
})

describe('session keys and data of different forms', () => {
  it.each([
    ['session keys of version 6 with data of version 1', { keyForm: 2, dataForm: 1 }],
    ['session keys of version 3 with data of version 2', { keyForm: 1, dataForm: 2 }],
  ] as const)('are refused: %s', async (_name, forms) => {
    const { onePass, literal, signature } = await signed(alice)
    const packets = Buffer.concat([onePass, literal, signature])
    expect(await readBoth(await seal(packets, forms))).toEqual([REFUSED, REFUSED])
    const byPassword = reader({ recipients: [], decryptWith: [], verify: [alice], password: () => PASSWORD })
    expect(await readBoth(await seal(packets, { ...forms, passwords: [PASSWORD] }), byPassword)).toEqual([
      REFUSED,
      REFUSED,
    ])
  })

  it('are passed over where those of the right form stand beside them', async () => {
    const sessionKey: SessionKey = { data: randomBytes(32), algorithm: 'aes256' }
    const encryptionKeys = [await ring.certificate(bob)]
    const common = { encryptionKeys, format: 'binary' as const }
    const old = (await encryptSessionKey({ ...sessionKey, data: randomBytes(32), ...common })) as Uint8Array
    const right = (await encryptSessionKey({ ...sessionKey, aeadAlgorithm: 'ocb', ...common })) as Uint8Array
    const { onePass, literal, signature } = await signed(alice)
    const packets = Readable.from([Buffer.concat([onePass, literal, signature])])
    const body = packet(
      TAG.symEncryptedIntegrityProtectedData,
      await gather(authenticate(sessionKey.data, OCB, packets)),
    )
    expect(await readBoth(Buffer.concat([old, right, body]))).toEqual(['read', 'read'])
  })
})

describe('signatures that are not as RFC 9580 has them', () => {
  it.each([
    ['no salt', 0],
    ['a salt that is too short', 16],
    ['a salt that is too long', 48],
  ])('are refused: %s', async (_name, saltBytes) => {
    const { literal, packet: right } = await signed(alice)
    const salt = randomBytes(saltBytes)
    const signature = await signByHand(alice, { version: 6, salt, signedPart: right.signatureData as Uint8Array })
    const messages = [
      [announcement(alice, right, salt), literal, signature],
      [signature, literal],
    ]
    for (const packets of messages)
      expect(await readBoth(await seal(Buffer.concat(packets)))).toEqual([REFUSED, REFUSED])
  })

  it('are refused if a key of version 6 made one of version 4', async () => {
    const signedPart = versionFour(alice)
    const { literal } = await signed(alice)
    const signature = await signByHand(alice, { version: 4, salt: new Uint8Array(0), signedPart })
    expect(await readBoth(await seal(Buffer.concat([signature, literal])))).toEqual([REFUSED, REFUSED])
    const onePass = packet(
      TAG.onePassSignature,
      Uint8Array.of(3, 0, 10, 27),
      Buffer.from(alice.slice(0, 16), 'hex'),
      Uint8Array.of(1),
    )
    expect(await readBoth(await seal(Buffer.concat([onePass, literal, signature])))).toEqual([REFUSED, REFUSED])
  })

  it('are refused if what announces them says something else', async () => {
    const { literal, signature, packet: right } = await signed(alice)
    const other = await signed(bob)
    const wrong = [
      announcement(alice, right, randomBytes(32)),
      packet(
        TAG.onePassSignature,
        Uint8Array.of(3, 0, 10, 27),
        Buffer.from(alice.slice(0, 16), 'hex'),
        Uint8Array.of(1),
      ),
      other.onePass,
    ]
    for (const [index, onePass] of wrong.entries()) {
      expect([index, ...(await readBoth(await seal(Buffer.concat([onePass, literal, signature]))))]).toEqual([
        index,
        REFUSED,
        REFUSED,
      ])
    }
  })

  it('are made by hand in the tests as OpenPGP.js makes them', async () => {
    const { onePass, literal, packet: right } = await signed(alice)
    const { salt, signatureData } = right
    const signature = await signByHand(alice, { version: 6, salt, signedPart: signatureData as Uint8Array })
    expect(await readBoth(await seal(Buffer.concat([onePass, literal, signature])))).toEqual(['read', 'read'])
  })
})

/** RFC 9580, section 5.4. */
function announcement(_signer: string, { issuerFingerprint }: SignaturePacket, salt: Uint8Array): Buffer {
  const { signature, hash, publicKey } = enums
  const fields = Uint8Array.of(6, signature.binary, hash.sha512, publicKey.ed25519, salt.length)
  return packet(TAG.onePassSignature, fields, salt, issuerFingerprint ?? new Uint8Array(0), Uint8Array.of(1))
}

/** The signed part of a version 4 signature: when it was made, and by which key. RFC 9580, section 5.2.3. */
function versionFour(signer: string): Uint8Array {
  const created = Buffer.alloc(4)
  created.writeUInt32BE(Math.floor(Date.now() / 1000))
  const issuer = Buffer.from(signer, 'hex')
  const subpackets = Buffer.concat([Uint8Array.of(5, 2), created, Uint8Array.of(issuer.length + 2, 33, 6), issuer])
  const { signature, hash, publicKey } = enums
  const fields = Uint8Array.of(4, signature.binary, publicKey.ed25519, hash.sha512, 0, subpackets.length)
  return Buffer.concat([fields, subpackets])
}

interface ByHand {
  readonly version: 4 | 6
  readonly salt: Uint8Array
  readonly signedPart: Uint8Array
}

/** RFC 9580, sections 5.2.3 and 5.2.4, with whatever salt. */
async function signByHand(signer: string, { version, salt, signedPart }: ByHand): Promise<Buffer> {
  const trailer = Buffer.from([version, 0xff, 0, 0, 0, 0])
  trailer.writeUInt32BE(signedPart.length, 2)
  const digest = createHash('sha512').update(salt).update(text).update(signedPart).update(trailer).digest()
  const salted = version === 6 ? [Uint8Array.of(salt.length), salt] : []
  const unhashed = Buffer.alloc(version === 6 ? 4 : 2)
  const seed = await seedOf(await ring.secretKey(signer), version)
  return packet(TAG.signature, signedPart, unhashed, digest.subarray(0, 2), ...salted, signRaw(null, digest, seed))
}

/** Of the part that signs; a version 4 signature is made by the primary part, whose fingerprint is at hand. */
async function seedOf(key: PrivateKey, version: number) {
  const part = version === 6 ? await key.getSigningKey() : key
  const { seed } = (part.keyPacket as unknown as { readonly privateParams: { readonly seed: Uint8Array } })
    .privateParams
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  return createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' })
}

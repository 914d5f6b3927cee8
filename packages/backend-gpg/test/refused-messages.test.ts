import { type GpgProvider, GpgProvider as Provider } from '@parasol/backend-gpg'
import { CryptoError } from '@parasol/core'
import { enums } from 'openpgp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  bomb,
  compressed,
  literal,
  protectedData,
  type SignedPieces,
  seal,
  sealWithAead,
  sign,
  unlocked,
} from './hostile-messages.js'
import { packet } from './packets.js'
import { createTwoParties, type TwoParties } from './two-parties.js'

let parties: TwoParties
let strangers: TwoParties
let good: SignedPieces
let bob: GpgProvider
beforeAll(async () => {
  parties = await createTwoParties()
  strangers = await createTwoParties()
  good = await sign(await unlocked(parties, parties.alice), 'GOOD')
  // Bob reads what Alice signed.
  bob = parties.provider({ recipients: [parties.bob], signer: parties.bob, verify: [parties.alice] })
})
afterAll(() => {
  parties[Symbol.dispose]()
  strangers[Symbol.dispose]()
})

/** Whole, as a stream, which must not have yielded anything, and as one of which the reader keeps what it yields. */
async function expectRefused(message: Uint8Array, reader: GpgProvider = bob): Promise<void> {
  const pieces: Uint8Array[] = []
  const unverified = async (): Promise<void> => {
    for await (const _ of reader.decryptUnverified(inPieces(message), {}));
  }
  for (const read of [() => reader.decrypt(message, {}), () => drain(reader, message, pieces), unverified]) {
    const error = await read().catch((thrown) => thrown)
    expect(CryptoError.is(error) && [error.code, error.message, error.reason, error.cause]).toEqual([
      'DECRYPTION_FAILED',
      'Decryption failed',
      undefined,
      undefined,
    ])
  }
  expect(pieces).toEqual([])
}

async function drain(reader: GpgProvider, message: Uint8Array, pieces: Uint8Array[] = []): Promise<Buffer> {
  for await (const piece of reader.decryptStream(inPieces(message), {})) pieces.push(Uint8Array.from(piece))
  return Buffer.concat(pieces)
}

async function* inPieces(message: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < message.length; at += 10_000) yield message.subarray(at, at + 10_000)
}

const toBob = (...packets: readonly Uint8Array[]) => seal(parties, [parties.bob], ...packets)
const toBobWithAead = (...packets: readonly Uint8Array[]) => sealWithAead(parties, [parties.bob], ...packets)

it('reads the messages that the refused ones are made from', async () => {
  const { onePass, literal, signature } = good
  for (const packets of [
    [onePass, literal, signature],
    [compressed(onePass, literal, signature)],
    [signature, literal],
  ]) {
    for (const message of [await toBob(...packets), await toBobWithAead(...packets)]) {
      expect(Buffer.from(await bob.decrypt(message, {})).toString()).toBe('GOOD')
      expect((await drain(bob, message)).toString()).toBe('GOOD')
    }
  }
})

describe('what is signed', () => {
  it('refuses a message without a signature', async () => {
    await expectRefused(await toBob(literal('EVIL')))
    await expectRefused(await toBob(compressed(literal('EVIL'))))
  })

  it('refuses a signature by a key that is not pinned, although the key ring has it', async () => {
    const { onePass, literal, signature } = await sign(await unlocked(parties, parties.bob), 'EVIL')
    await expectRefused(await toBob(onePass, literal, signature))
  })

  it('refuses a signature by a key that nobody knows', async () => {
    const { onePass, literal, signature } = await sign(await unlocked(strangers, strangers.alice), 'EVIL')
    await expectRefused(await toBob(onePass, literal, signature))
  })

  it('refuses a signature of other data', async () => {
    await expectRefused(await toBob(good.onePass, literal('EVIL'), good.signature))
  })

  it('refuses an unknown signature beside a good one', async () => {
    const more = await sign(await unlocked(strangers, strangers.alice), 'GOOD')
    await expectRefused(await toBob(more.onePass, good.onePass, good.literal, good.signature, more.signature))
    await expectRefused(await toBob(good.onePass, more.onePass, good.literal, more.signature, good.signature))
  })

  it('reads two signatures if both are by pinned keys', async () => {
    const more = await sign(await unlocked(parties, parties.bob), 'GOOD')
    const message = await toBob(more.onePass, good.onePass, good.literal, good.signature, more.signature)
    const both = parties.provider({ verify: [parties.alice, parties.bob] })
    expect(Buffer.from(await both.decrypt(message, {})).toString()).toBe('GOOD')
    await expectRefused(message)
  })

  it('refuses more than eight signatures, each of which would hash all of the data', async () => {
    const many = <T>(piece: T) => Array.from({ length: 9 }, () => piece)
    await expectRefused(await toBob(...many(good.onePass), good.literal, ...many(good.signature)))
  })

  it('refuses a signature with SHA-1, RIPEMD or MD5', async () => {
    const alice = await unlocked(parties, parties.alice)
    for (const hash of [enums.hash.sha1, enums.hash.ripemd, enums.hash.md5]) {
      const weak = await sign(alice, 'EVIL', { hash }).catch(() => undefined)
      if (weak) await expectRefused(await toBob(weak.onePass, weak.literal, weak.signature))
    }
  })

  it('refuses a signature from the future, but for five minutes', async () => {
    const alice = await unlocked(parties, parties.alice)
    const minutes = (count: number) => ({ date: new Date(Date.now() + count * 60_000) })
    const far = await sign(alice, 'EVIL', minutes(10))
    await expectRefused(await toBob(far.onePass, far.literal, far.signature))
    const near = await sign(alice, 'GOOD', minutes(2))
    expect(await bob.decrypt(await toBob(near.onePass, near.literal, near.signature), {})).toHaveLength(4)
  })

  it('refuses a signature that has expired', async () => {
    const alice = await unlocked(parties, parties.alice)
    const brief = await sign(alice, 'EVIL', { expiresInSeconds: 1 })
    await expectRefused(await toBob(brief.onePass, brief.literal, brief.signature))
  })

  it('refuses a signature from before its key was made', async () => {
    const alice = await unlocked(parties, parties.alice)
    const early = await sign(alice, 'EVIL', { date: new Date(Date.now() - 86_400_000) })
    await expectRefused(await toBob(early.onePass, early.literal, early.signature))
  })

  it('refuses a signature with a critical notation that it does not know', async () => {
    const alice = await unlocked(parties, parties.alice)
    const critical = await sign(alice, 'EVIL', { criticalNotation: 'unknown@example.com' })
    await expectRefused(await toBob(critical.onePass, critical.literal, critical.signature))
  })

  it('refuses a signed message that its reader passed on as if it had been written to another', async () => {
    const toAliceAndBob = await parties.provider().encrypt(Buffer.from('You are fired'), {})
    // Carol's key ring has Alice's certificate, and Bob encrypts to her what Alice wrote to him.
    await strangers.keyRing.import((await parties.keyRing.certificate(parties.alice)).write())
    const forwarded = await forward(toAliceAndBob)
    const carol = strangers.provider({ verify: [parties.alice], decryptWith: [strangers.bob] })
    await expectRefused(forwarded, carol)
  })
})

/** Takes the signed packets out of a message, as any of its readers can, and encrypts them to somebody else. */
async function forward(message: Uint8Array): Promise<Uint8Array> {
  const { readMessage } = await import('openpgp')
  const opened = await readMessage({ binaryMessage: message })
  const decrypted = await opened.decrypt([await unlocked(parties, parties.bob)])
  return seal(strangers, [strangers.bob], decrypted.packets.write() as Uint8Array)
}

describe('the shape of a message', () => {
  const EVIL = literal('EVIL')
  it.each<[string, (pieces: SignedPieces) => Uint8Array[]]>([
    [
      'compressed data after a signed message',
      ({ onePass, literal, signature }) => [onePass, literal, signature, compressed(EVIL)],
    ],
    [
      'compressed data before the signature',
      ({ onePass, literal, signature }) => [onePass, literal, compressed(EVIL), signature],
    ],
    [
      'compressed data before the signed data',
      ({ onePass, literal, signature }) => [onePass, compressed(EVIL), literal, signature],
    ],
    [
      'compressed data before all',
      ({ onePass, literal, signature }) => [compressed(EVIL), onePass, literal, signature],
    ],
    ['data after a signed message', ({ onePass, literal, signature }) => [onePass, literal, signature, EVIL]],
    ['data before a signed message', ({ onePass, literal, signature }) => [EVIL, onePass, literal, signature]],
    ['data before the signed data', ({ onePass, literal, signature }) => [onePass, EVIL, literal, signature]],
    ['data before the signature', ({ onePass, literal, signature }) => [onePass, literal, EVIL, signature]],
    ['data in the place of the signed data', ({ onePass, signature }) => [onePass, compressed(EVIL), signature]],
    ['data after a signature in the old order', ({ literal, signature }) => [signature, literal, EVIL]],
    [
      'data after a compressed signed message',
      ({ onePass, literal, signature }) => [compressed(onePass, literal, signature), EVIL],
    ],
    [
      'two messages in one',
      ({ onePass, literal, signature }) => [onePass, literal, signature, onePass, literal, signature],
    ],
    ['an announced signature that does not come', ({ onePass, literal }) => [onePass, literal]],
    ['a signature that was not announced', ({ literal, signature }) => [literal, signature]],
    [
      'compressed data within compressed data',
      ({ onePass, literal, signature }) => [compressed(compressed(onePass, literal, signature))],
    ],
    ['nothing', () => []],
    [
      'an unknown critical packet',
      ({ onePass, literal, signature }) => [packet(38, Buffer.alloc(3)), onePass, literal, signature],
    ],
    ['an encrypted message within', ({ literal }) => [protectedData(Buffer.alloc(32), literal)]],
  ])('refuses %s', async (_name, shape) => {
    await expectRefused(await toBob(...shape(good)))
    await expectRefused(await toBobWithAead(...shape(good)))
  })

  it('refuses two messages, one after the other', async () => {
    const message = await toBob(good.onePass, good.literal, good.signature)
    await expectRefused(Buffer.concat([message, message]))
  })

  it('refuses bytes after a message, of any kind', async () => {
    const message = await toBob(good.onePass, good.literal, good.signature)
    for (const tail of [Buffer.alloc(1), Buffer.from('\n'), literal('EVIL'), packet(10, Buffer.from('PGP'))]) {
      await expectRefused(Buffer.concat([message, tail]))
    }
  })

  it('refuses data without integrity protection', async () => {
    const message = await toBob(good.onePass, good.literal, good.signature)
    const data = message.subarray(message.lastIndexOf(0xd2))
    await expectRefused(Buffer.concat([message.subarray(0, -data.length), packet(9, data.subarray(7))]))
  })

  it('refuses what is signed and not encrypted', async () => {
    await expectRefused(Buffer.concat([good.onePass, good.literal, good.signature]))
    await expectRefused(good.literal)
  })

  it('refuses a message of which a bit has changed in the encrypted data, or the end is missing', async () => {
    const message = await toBob(good.onePass, good.literal, good.signature)
    for (let at = message.length - 200; at < message.length; at += 9) {
      const flipped = Buffer.from(message)
      flipped[at] = (flipped[at] ?? 0) ^ 1
      await expectRefused(flipped)
      await expectRefused(message.subarray(0, at))
    }
  })
})

describe('what a message costs', () => {
  it('refuses what would come out as 256 MiB, also at a second level', async () => {
    await expectRefused(await toBob(bomb(256)))
    await expectRefused(await toBob(compressed(bomb(256))))
  })

  it('refuses compressed data within compressed data a thousand times', async () => {
    let nested: Buffer = Buffer.concat([good.onePass, good.literal, good.signature])
    for (let depth = 0; depth < 1000; depth++) nested = stored(nested)
    await expectRefused(await toBob(nested))
  })

  it('refuses a thousand session keys without trying them', async () => {
    const message = await toBob(good.onePass, good.literal, good.signature)
    const [sessionKey, data] = splitMessage(message)
    await expectRefused(Buffer.concat([...Array.from({ length: 1000 }, () => sessionKey), data]))
    await expectRefused(Buffer.concat([...Array.from({ length: 17 }, () => sessionKey), data]))
  })

  it('passes over session keys under passphrases, and refuses a hundred', async () => {
    const [sessionKey, data] = splitMessage(await toBob(good.onePass, good.literal, good.signature))
    // Iterated SHA-256 with the largest count.
    const underPassphrase = packet(3, Uint8Array.of(4, 9, 3, 8), Buffer.alloc(8), Uint8Array.of(255))
    const some = Array.from({ length: 16 }, () => underPassphrase)
    expect(await bob.decrypt(Buffer.concat([...some, sessionKey, data]), {})).toHaveLength(4)
    const hundred = Array.from({ length: 100 }, () => underPassphrase)
    await expectRefused(Buffer.concat([...hundred, sessionKey, data]))
  })
})

function splitMessage(message: Buffer): readonly [Buffer, Buffer] {
  const end = 2 + (message[1] ?? 0)
  return [message.subarray(0, end), message.subarray(end)]
}

/** Compressed data of one block that is not compressed. */
function stored(inner: Buffer): Buffer {
  const lengths = Buffer.alloc(4)
  lengths.writeUInt16LE(inner.length, 0)
  lengths.writeUInt16LE(~inner.length & 0xffff, 2)
  return packet(enums.packet.compressedData, Uint8Array.of(1, 1), lengths, inner)
}

describe('armored text', () => {
  let text: string
  beforeAll(async () => {
    const alice = parties.provider({ recipients: [parties.bob], armor: true })
    text = Buffer.from(await alice.encrypt(Buffer.from('GOOD'), {})).toString()
  })

  it.each<[string, (text: string) => string]>([
    ['as it is', (text) => text],
    ['with the line ends of Windows', (text) => text.replaceAll('\n', '\r\n')],
    ['with empty lines after it', (text) => `${text}\n\n`],
    ['without a last line end', (text) => text.trimEnd()],
    ['with headers', (text) => text.replace('\n\n', '\nVersion: X\nComment: y z\n\n')],
    ['without a checksum', (text) => text.replace(/\n=[^\n]{4}\n/, '\n')],
    ['in one line', inOneLine],
  ])('reads it %s', async (_name, change) => {
    expect(Buffer.from(await bob.decrypt(Buffer.from(change(text)), {})).toString()).toBe('GOOD')
    expect((await drain(bob, Buffer.from(change(text)))).toString()).toBe('GOOD')
  })

  it.each<[string, (text: string) => string]>([
    ['with text before it', (text) => `I owe you 100\n${text}`],
    ['with text after it', (text) => `${text}I owe you 100\n`],
    ['twice', (text) => text + text],
    ['with an empty line before it', (text) => `\n${text}`],
    ['quoted', (text) => text.replaceAll(/^/gm, '> ')],
    ['indented', (text) => text.replaceAll(/^/gm, '  ')],
    ['with a byte order mark', (text) => `\uFEFF${text}`],
    ['without its end', (text) => text.slice(0, -20)],
    ['without the empty line', (text) => text.replace('\n\n', '\n')],
    ['as something else', (text) => text.replaceAll('PGP MESSAGE', 'PGP SIGNATURE')],
    ['with a line missing', (text) => text.replace(/(?<=\n\n)[^\n]+\n/, '')],
    ['with a letter that is not of base64', (text) => text.replace(/(?<=\n\n)./, '*')],
    ['with text among the headers', (text) => text.replace('\n\n', '\nI owe you 100\n\n')],
  ])('refuses it %s', async (_name, change) => {
    await expectRefused(Buffer.from(change(text)))
  })
})

function inOneLine(text: string): string {
  const [head, body = ''] = text.split('\n\n')
  const [, base64 = '', rest] = /^([^-]*?)\n(=[^\n]{4}\n)?(?=-)/.exec(body) ?? []
  return `${head}\n\n${base64.replaceAll('\n', '')}\n${rest ?? ''}-----END PGP MESSAGE-----\n`
}

it('refuses what was never a message', async () => {
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('-'),
    Buffer.from('hello'),
    Buffer.alloc(1000, 0xff),
    Buffer.alloc(9),
  ]) {
    await expectRefused(bytes)
  }
})

it('refuses unsigned messages of a provider that reads only signed ones, and says nothing else', async () => {
  const writer = new Provider({ keyRing: parties.keyRing, recipients: [parties.bob], allowUnsigned: true })
  const message = await writer.encrypt(Buffer.from('text'), {})
  await expectRefused(message)
  const reader = parties.provider({ allowUnsigned: true })
  expect(Buffer.from(await reader.decrypt(message, {})).toString()).toBe('text')
})

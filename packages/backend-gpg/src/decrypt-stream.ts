import { decryptionFailed } from '@parasol/core'
import { readMessage, type SessionKey } from 'openpgp'
import { areAccepted } from './accept-signatures.js'
import { isArmored } from './armored-text.js'
import { ByteReader } from './byte-reader.js'
import { dearmorStream } from './dearmor-stream.js'
import { type AddressedMessage, type AddressedPart, readSessionKeys, type WrittenForm } from './encrypted-message.js'
import type { OpenPolicy } from './open-message.js'
import { openpgpConfig } from './openpgp-config.js'
import { writeLength } from './packet-frame.js'
import type { StreamedPacket } from './packet-stream.js'
import { readEncrypted } from './read-encrypted.js'
import { type Openers, sessionKeyCandidates } from './session-keys.js'
import { readSignedPackets } from './signed-packets.js'
import { gather, readBeginning } from './stream-beginning.js'

/** What reads a message: its keys and its policy. */
export interface MessageReader {
  /** Undefined if it can open nothing of the message. */
  address(message: AddressedMessage): Promise<(AddressedPart & Openers) | undefined>
  policy(message: WrittenForm, fingerprints: readonly string[]): Promise<OpenPolicy>
  /** For messages that do not stream. */
  decryptWhole(message: Uint8Array): Promise<Uint8Array>
}

const MAX_WHOLE_BYTES = 32 * 1024 * 1024
/** What comes out of a message may be that much more than the message, and a GiB in any case. */
const MAX_RATIO = 64
const MAX_UNASKED_BYTES = 1024 ** 3
const NOTHING = new Uint8Array(0)

/**
 * The plaintext of a binary or armored message of any length, in pieces that are valid until the next one is asked for.
 * It is NOT authenticated before the iteration has ended without an error.
 */
export async function* decryptMessageStream(
  ciphertext: AsyncIterable<Uint8Array>,
  keys: MessageReader,
): AsyncGenerator<Uint8Array> {
  const source = new CountedSource(ciphertext)
  await using reader = new ByteReader(source)
  if (isArmored(Uint8Array.of((await reader.peek()) ?? 0))) {
    return yield* decryptMessageStream(dearmorStream(reader.rest()), keys)
  }
  const { preamble, data } = await readBeginning(reader)
  await using body = new ByteReader(data.body)
  const encrypted = await readEncrypted(data, body)
  const form = { tag: data.tag, version: encrypted.version }
  const addressed = await keys.address({ ...readSessionKeys(preamble, form), preamble, data: NOTHING })
  if (!addressed) throw decryptionFailed()
  using candidates = await decryptCandidates(addressed, encrypted.cipher)
  const packets = encrypted.decrypt(candidates.keys)
  if (!packets) {
    const rest = await gather(joined([encrypted.beginning, body.rest()]), MAX_WHOLE_BYTES)
    return yield await keys.decryptWhole(
      await gather(joined([preamble, rewrite(data, rest), reader.rest()]), MAX_WHOLE_BYTES),
    )
  }
  const signatures = yield* source.bounded(readSignedPackets(packets))
  if (!(await reader.atEnd())) throw decryptionFailed()
  const policy = await keys.policy({ preamble, canonical: data.isCanonical() }, addressed.fingerprints)
  if (!(await areAccepted(signatures, policy))) throw decryptionFailed()
  addressed.memory?.remember(candidates.keys)
}

/** Knows how much was read, and how much may therefore be written. */
class CountedSource implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterable<Uint8Array>
  #read = 0
  #written = 0

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#source) {
      this.#read += chunk.length
      yield chunk
    }
  }

  /** Pieces, while they are not out of proportion to what was read. */
  async *bounded<T>(pieces: AsyncGenerator<Uint8Array, T>): AsyncGenerator<Uint8Array, T> {
    try {
      for (;;) {
        const { done, value } = await pieces.next()
        if (done) return value
        this.#written += value.length
        if (this.#written > Math.max(MAX_UNASKED_BYTES, MAX_RATIO * this.#read)) throw decryptionFailed()
        yield value
      }
    } finally {
      await pieces.return(undefined as T)
    }
  }
}

async function decryptCandidates(
  addressed: AddressedPart & Openers,
  cipher: number | undefined,
): Promise<{ readonly keys: readonly SessionKey[] } & Disposable> {
  try {
    const message = await readMessage({ binaryMessage: addressed.packets, config: openpgpConfig })
    const keys = await sessionKeyCandidates(message, addressed, cipher)
    return {
      keys,
      [Symbol.dispose]: () => {
        for (const { data } of keys) data.fill(0)
      },
    }
  } catch {
    throw decryptionFailed()
  }
}

function rewrite({ tag }: StreamedPacket, body: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(0xc0 | tag), writeLength(body.length), body])
}

async function* joined(parts: Iterable<Uint8Array | AsyncIterable<Uint8Array>>): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Uint8Array) yield part
    else yield* part
  }
}

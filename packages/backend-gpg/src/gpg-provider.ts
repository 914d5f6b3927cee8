import { createHash } from 'node:crypto'
import {
  type CallOptions,
  CryptoError,
  decryptionFailed,
  type EncryptionContext,
  encodeContext,
  type ProviderTraits,
  requireEmptyContext,
  type StreamOptions,
  throwIfAborted,
  type WithholdingProvider,
} from '@parasol/core'
import { armorMessageStream } from './armor-stream.js'
import { armorMessage } from './armored-text.js'
import { decryptMessageStream } from './decrypt-stream.js'
import { writeMessageStream } from './encrypt-stream.js'
import {
  type AddressedMessage,
  type AddressedPart,
  addressedPart,
  parseEncryptedMessage,
  type WrittenForm,
} from './encrypted-message.js'
import { gpgError } from './gpg-errors.js'
import type { GpgOptions } from './gpg-options.js'
import { beginsMessage } from './inspect-message.js'
import { KeyCache } from './key-cache.js'
import { type OpenPolicy, openMessage } from './open-message.js'
import type { Profile } from './profile.js'
import { ReusedSessionKey } from './reuse/reused-session-key.js'
import { SessionKeyMemory } from './reuse/session-key-memory.js'
import { freshSessionKey, freshSessionKeys, type SessionKeySource } from './reuse/session-key-source.js'
import type { Openers } from './session-keys.js'
import { CONTEXT_NOTATION, notation, RECIPIENTS_NOTATION } from './signatures.js'
import { withhold } from './spool.js'
import { Parties } from './trust/parties.js'
import { type Envelope, preambleDigest, writeMessage } from './write-message.js'

const MAX_PLAINTEXT_BYTES = 16 * 1024 * 1024

/**
 * Scheme three: OpenPGP messages to named recipients, signed, which gpg 2.2 and everything later reads.
 *
 * A message is accepted only with a valid signature by a key that is named in full, unless unsigned ones are allowed.
 * What we sign holds the fingerprints of the recipients and the digest of all that stands before the encrypted data, and
 * with `context: signed` the SHA-256 of the context: so it can be neither changed in any byte of its binary form, nor
 * moved to another row, nor passed on to another reader as if it had been written to him.
 */
export class GpgProvider implements WithholdingProvider, Disposable {
  readonly scheme: string
  readonly traits: ProviderTraits
  readonly #keys: KeyCache
  readonly #parties: Parties
  readonly #profile: Profile
  readonly #sessionKeys: SessionKeySource
  readonly #memory: SessionKeyMemory | undefined
  readonly #allowUnsigned: boolean
  readonly #armor: boolean
  readonly #hidden: boolean
  readonly #password: (() => Promise<string>) | undefined

  /** @throws CryptoError INVALID_CONFIG; INVALID_INPUT, reason GPG_FINGERPRINT_INVALID */
  constructor(options: GpgOptions) {
    const { recipients, signer, context = 'refused', allowUnsigned = false, sessionKeys = {} } = options
    const own = signer === undefined ? [] : [signer]
    this.scheme = options.scheme ?? 'gpg'
    this.traits = {
      maxPlaintextBytes: MAX_PLAINTEXT_BYTES,
      bindsContext: context === 'signed',
      plaintextLeavesProcess: false,
      begins: beginsMessage,
    }
    this.#keys = new KeyCache({ keyRing: options.keyRing, passphrase: options.passphrase })
    this.#parties = new Parties(options)
    this.#sessionKeys = sessionKeys.reuse ? new ReusedSessionKey({ limits: sessionKeys.reuse }) : freshSessionKeys
    this.#memory = sessionKeys.remember && new SessionKeyMemory(sessionKeys.remember)
    this.#profile = options.profile ?? 'compat'
    this.#allowUnsigned = allowUnsigned
    this.#armor = options.armor ?? false
    this.#hidden = options.hidden ?? false
    this.#password = options.password && askOnce(options.password)
    requireSound(recipients.length > 0 || options.password !== undefined, 'names no recipients')
    requireSound(!this.#hidden || new Set(recipients).size === 1, 'hides recipients, which works with exactly one')
    requireSound(!sessionKeys.reuse || own.length > 0, 'uses session keys again and names no signer')
    requireSound(
      !sessionKeys.reuse || !this.#hidden,
      'hides recipients, and uses session keys again, which links messages',
    )
    requireSound(context !== 'signed' || own.length > 0, 'binds the context by a signature and names no signer')
    requireSound(
      context !== 'signed' || !allowUnsigned,
      'binds the context by a signature and allows unsigned messages',
    )
    requireSound(
      (options.verify ?? own).length > 0 || allowUnsigned,
      'names nobody whose signature is accepted ("verify")',
    )
  }

  async encrypt(plaintext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    throwIfAborted(options?.signal)
    const contextDigest = this.#contextDigest(context)
    requireSize(plaintext.length)
    const copy = Uint8Array.from(plaintext)
    try {
      const envelope = await this.#envelope(contextDigest)
      using key = await this.#sessionKeys.forMessage(envelope, copy.length)
      const message = await writeMessage(copy, { ...envelope, ...key })
      throwIfAborted(options?.signal)
      return this.#armor ? armorMessage(message) : message
    } finally {
      copy.fill(0)
    }
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    throwIfAborted(options?.signal)
    const contextDigest = this.#contextDigest(context)
    const message = parseEncryptedMessage(Uint8Array.from(ciphertext))
    const addressed = await this.#address(message)
    throwIfAborted(options?.signal)
    if (!message || !addressed) throw decryptionFailed()
    const policy = await this.#policy(message, addressed.fingerprints, contextDigest)
    const plaintext = await openMessage(addressed.packets, await this.#openers(addressed, message), policy)
    throwIfAborted(options?.signal)
    if (!plaintext) throw decryptionFailed()
    return plaintext
  }

  async *encryptStream(
    plaintext: AsyncIterable<Uint8Array>,
    context: EncryptionContext,
    options?: StreamOptions,
  ): AsyncGenerator<Uint8Array> {
    throwIfAborted(options?.signal)
    const contextDigest = this.#contextDigest(context)
    using key = freshSessionKey()
    const envelope = { ...(await this.#envelope(contextDigest)), ...key }
    const message = writeMessageStream(plaintext, envelope, options)
    yield* untilAborted(this.#armor ? armorMessageStream(message) : message, options?.signal)
  }

  /**
   * Yields nothing before the whole message is authenticated: until then, its plaintext lies in an encrypted file of the
   * temporary folder. What OpenPGP.js has to read, such as 3DES, is gathered in memory, 32 MiB at most.
   */
  decryptStream(
    ciphertext: AsyncIterable<Uint8Array>,
    context: EncryptionContext,
    options?: CallOptions,
  ): AsyncIterable<Uint8Array> {
    return untilAborted(withhold(this.decryptUnverified(ciphertext, context, options)), options?.signal)
  }

  async *decryptUnverified(
    ciphertext: AsyncIterable<Uint8Array>,
    context: EncryptionContext,
    options?: CallOptions,
  ): AsyncGenerator<Uint8Array> {
    throwIfAborted(options?.signal)
    const contextDigest = this.#contextDigest(context)
    const source = untilAborted(ciphertext, options?.signal)
    const plaintext = decryptMessageStream(source, {
      address: async (message) => {
        const addressed = await this.#address(message)
        return addressed && { ...addressed, ...(await this.#openers(addressed, message)) }
      },
      policy: (message, fingerprints) => this.#policy(message, fingerprints, contextDigest),
      decryptWhole: (bytes) => this.decrypt(bytes, context, options),
    })
    yield* untilAborted(plaintext, options?.signal)
  }

  /** Zeroes session keys, and unlocked secret keys, as far as OpenPGP.js can. */
  [Symbol.dispose](): void {
    this.#keys[Symbol.dispose]()
    this.#sessionKeys[Symbol.dispose]()
    this.#memory?.[Symbol.dispose]()
  }

  async #envelope(contextDigest: Uint8Array): Promise<Omit<Envelope, 'sessionKey'>> {
    const { recipients, signer } = await this.#parties.fingerprints()
    return {
      profile: this.#profile,
      recipients: await this.#keys.certificates(recipients),
      passwords: await this.#passwords(),
      signers: signer === undefined ? [] : [await this.#keys.unlocked(signer)],
      hidden: this.#hidden,
      text: false,
      notations: this.traits.bindsContext ? [notation(CONTEXT_NOTATION, contextDigest)] : [],
    }
  }

  /** Looks for our keys before it says that a message is not in order: a missing key is an error of its own. */
  async #address(message: AddressedMessage | undefined): Promise<AddressedPart | undefined> {
    const { decryptWith } = await this.#parties.fingerprints()
    const secretKeys = await this.#keys.secretKeys(decryptWith, this.#password === undefined)
    return message && addressedPart(message, secretKeys, this.#password ? 1 : 0)
  }

  async #openers({ fingerprints }: AddressedPart, { preamble }: AddressedMessage): Promise<Openers> {
    const keys = await Promise.all(fingerprints.map((digits) => this.#keys.unlocked(digits)))
    return { keys, passwords: await this.#passwords(), memory: this.#memory?.of(preamble) }
  }

  async #passwords(): Promise<readonly string[]> {
    return this.#password ? [await this.#password()] : []
  }

  async #policy(message: WrittenForm, readers: readonly string[], contextDigest: Uint8Array): Promise<OpenPolicy> {
    const { verify } = await this.#parties.fingerprints()
    return {
      certificates: await this.#keys.certificates(verify),
      notations: expectedNotations(message, contextDigest),
      notationsRequired: this.traits.bindsContext,
      readers,
      allowUnsigned: this.#allowUnsigned,
    }
  }

  #contextDigest(context: EncryptionContext): Uint8Array {
    if (!this.traits.bindsContext) requireEmptyContext(context, this.scheme)
    return createHash('sha256').update(encodeContext(context)).digest()
  }
}

/** A message of ours is written in one way only, the header of its data included. */
function expectedNotations({ preamble, canonical }: WrittenForm, contextDigest: Uint8Array) {
  return {
    [CONTEXT_NOTATION]: contextDigest,
    [RECIPIENTS_NOTATION]: canonical ? preambleDigest(preamble) : undefined,
  }
}

async function* untilAborted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    throwIfAborted(signal)
    yield chunk
  }
  throwIfAborted(signal)
}

function askOnce(ask: () => string | Promise<string>): () => Promise<string> {
  let answer: Promise<string> | undefined
  return () => {
    answer ??= (async () => requirePassword(await ask()))()
    answer.catch(() => {
      answer = undefined
    })
    return answer
  }
}

function requirePassword(password: string): string {
  if (password !== '') return password
  throw gpgError('GPG_PASSPHRASE_REQUIRED', 'The password of OpenPGP messages is empty')
}

function requireSound(sound: boolean, complaint: string): void {
  if (!sound) throw new CryptoError('INVALID_CONFIG', `The OpenPGP scheme ${complaint}`)
}

function requireSize(length: number): void {
  if (length <= MAX_PLAINTEXT_BYTES) return
  throw new CryptoError(
    'PLAINTEXT_TOO_LARGE',
    `Plaintext of ${length} bytes: at most ${MAX_PLAINTEXT_BYTES} in one message`,
  )
}

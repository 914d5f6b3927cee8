import { createHash, randomBytes } from 'node:crypto'
import {
  type CallOptions,
  CryptoError,
  type CryptoProvider,
  decryptionFailed,
  type EncryptionContext,
  encodeContext,
  type ProviderTraits,
  requireEmptyContext,
  throwIfAborted,
} from '@parasol/core'
import {
  armor,
  createMessage,
  decrypt,
  encrypt,
  encryptSessionKey,
  enums,
  type PrivateKey,
  type PublicKey,
  type SessionKey,
} from 'openpgp'
import { type EncryptedMessage, readEncryptedMessage } from './encrypted-message.js'
import { parseFingerprint } from './fingerprint.js'
import type { KeySource } from './key-ring.js'
import { clearKey, requireEncryptionKey, requireSigningKey, unlockKey } from './keys.js'
import { openpgpConfig, toleratedNow } from './openpgp-config.js'
import { CONTEXT_NOTATION, hasNotation, notation, RECIPIENTS_NOTATION, validSignatures } from './signatures.js'

export interface GpgOptions {
  readonly keyRing: KeySource
  /** Full fingerprints of those who can read. Name your own key among them to read what you write. */
  readonly recipients: readonly string[]
  /** Full fingerprint of the key that signs; its secret key is in the ring. */
  readonly signer?: string
  /** Full fingerprints of those whose signatures are accepted; by default the signer. */
  readonly verify?: readonly string[]
  /** The keys that decrypt; by default those recipients whose secret keys are in the ring. */
  readonly decryptWith?: readonly string[]
  /** Asked once, when a secret key is first needed. */
  readonly passphrase?: () => string | Promise<string>
  /**
   * `signed`: the context is bound by the signature, and demanded of it. `refused`, the default: messages as partners
   * exchange them, which take no context.
   */
  readonly context?: 'signed' | 'refused'
  /** Whether messages without a valid signature are read. False by default, and never with `context: signed`. */
  readonly allowUnsigned?: boolean
  /** Whether messages are written as text; they are read in both forms. False by default. */
  readonly armor?: boolean
  /** `gpg` by default. */
  readonly scheme?: string
}

const MAX_PLAINTEXT_BYTES = 16 * 1024 * 1024

/**
 * Scheme three: OpenPGP messages to named recipients, signed, which gpg 2.2 and everything later reads.
 *
 * A message is accepted only with a valid signature by a key that is named in full, unless unsigned ones are allowed.
 * With `context: signed` the signature also holds two notations, the SHA-256 of the context and that of the packets
 * which say who can read the message: so it can be neither moved to another row nor passed on to another reader as if it
 * had been written to him.
 */
export class GpgProvider implements CryptoProvider, Disposable {
  readonly scheme: string
  readonly traits: ProviderTraits
  readonly #options: GpgOptions
  readonly #bindsContext: boolean
  readonly #unlocked = new Map<string, Promise<PrivateKey>>()
  readonly #certificates = new Map<string, Promise<PublicKey>>()

  /** @throws CryptoError INVALID_CONFIG, INVALID_INPUT (a fingerprint that is not one) */
  constructor(options: GpgOptions) {
    const { scheme = 'gpg', context = 'refused', recipients, signer, verify = signer ? [signer] : [] } = options
    const { allowUnsigned = false } = options
    this.scheme = scheme
    this.#bindsContext = context === 'signed'
    this.traits = {
      maxPlaintextBytes: MAX_PLAINTEXT_BYTES,
      bindsContext: this.#bindsContext,
      plaintextLeavesProcess: false,
    }
    requireSound(recipients.length > 0, 'names no recipients')
    requireSound(!this.#bindsContext || signer !== undefined, 'binds the context by a signature and names no signer')
    requireSound(!this.#bindsContext || !allowUnsigned, 'binds the context by a signature and allows unsigned messages')
    requireSound(verify.length > 0 || allowUnsigned, 'names nobody whose signature is accepted ("verify")')
    this.#options = {
      ...options,
      recipients: recipients.map(parseFingerprint),
      verify: verify.map(parseFingerprint),
      decryptWith: (options.decryptWith ?? recipients).map(parseFingerprint),
      ...(signer ? { signer: parseFingerprint(signer) } : {}),
    }
  }

  async encrypt(plaintext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    throwIfAborted(options?.signal)
    const contextDigest = this.#contextDigest(context)
    requireSize(plaintext.length)
    const binary = Uint8Array.from(plaintext)
    const sessionKey = { data: randomBytes(32), algorithm: 'aes256' } as const satisfies SessionKey
    const recipients = await this.#encryptSessionKey(sessionKey)
    const data = await this.#encryptData(binary, sessionKey, this.#notations(contextDigest, recipients))
    sessionKey.data.fill(0)
    throwIfAborted(options?.signal)
    const message = Buffer.concat([recipients, data])
    return this.#options.armor ? armorMessage(message) : message
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    throwIfAborted(options?.signal)
    const contextDigest = this.#contextDigest(context)
    const keys = await this.#decryptionKeys()
    const certificates = await this.#loadCertificates(this.#options.verify ?? [])
    throwIfAborted(options?.signal)
    try {
      const encrypted = await readEncryptedMessage(Uint8Array.from(ciphertext))
      if (encrypted) return await this.#open(encrypted, contextDigest, keys, certificates)
    } catch {}
    throw decryptionFailed()
  }

  /** Clears unlocked secret keys, as far as OpenPGP.js can. */
  [Symbol.dispose](): void {
    for (const unlocking of this.#unlocked.values()) unlocking.then(clearKey, () => undefined)
    this.#unlocked.clear()
  }

  async #open(
    { message, recipients }: EncryptedMessage,
    contextDigest: Uint8Array | undefined,
    decryptionKeys: PrivateKey[],
    certificates: PublicKey[],
  ): Promise<Uint8Array> {
    const { data, signatures } = await decrypt({
      message,
      decryptionKeys,
      verificationKeys: certificates,
      format: 'binary',
      date: toleratedNow(),
      config: openpgpConfig,
    })
    const valid = await validSignatures(signatures, certificates)
    const accepted = valid.some(
      (packet) =>
        !contextDigest ||
        (hasNotation(packet, CONTEXT_NOTATION, contextDigest) &&
          hasNotation(packet, RECIPIENTS_NOTATION, digest(recipients))),
    )
    const unsigned = signatures.length === 0 && this.#options.allowUnsigned === true
    if (!accepted && !unsigned) throw decryptionFailed()
    return data as Uint8Array
  }

  #contextDigest(context: EncryptionContext): Uint8Array | undefined {
    if (this.#bindsContext) return digest(encodeContext(context))
    requireEmptyContext(context, this.scheme)
    return undefined
  }

  #notations(contextDigest: Uint8Array | undefined, recipients: Uint8Array) {
    if (!contextDigest) return []
    return [notation(CONTEXT_NOTATION, contextDigest), notation(RECIPIENTS_NOTATION, digest(recipients))]
  }

  /** A session key of our own, without AEAD: some keys advertise what their owner's gpg does not read. */
  async #encryptSessionKey(sessionKey: SessionKey): Promise<Uint8Array> {
    const encryptionKeys = await this.#loadCertificates(this.#options.recipients)
    for (const certificate of encryptionKeys) await requireEncryptionKey(certificate)
    return encryptSessionKey({
      ...sessionKey,
      encryptionKeys,
      format: 'binary',
      config: openpgpConfig,
    }) as Promise<Uint8Array>
  }

  async #encryptData(
    binary: Uint8Array,
    sessionKey: SessionKey,
    signatureNotations: ReturnType<typeof notation>[],
  ): Promise<Uint8Array> {
    const { signer } = this.#options
    const signingKeys = signer ? [await this.#unlock(signer)] : []
    for (const key of signingKeys) await requireSigningKey(key)
    const message = await createMessage({ binary, format: 'binary' })
    return encrypt({ message, sessionKey, signingKeys, signatureNotations, format: 'binary', config: openpgpConfig })
  }

  /** Those of the keys that can decrypt whose secret part is in the ring. */
  async #decryptionKeys(): Promise<PrivateKey[]> {
    const found = await Promise.all(
      (this.#options.decryptWith ?? []).map((fingerprint) => this.#unlockIfThere(fingerprint)),
    )
    const keys = found.filter((key) => key !== undefined)
    if (keys.length > 0) return keys
    throw new CryptoError('KEY_NOT_FOUND', 'The key ring has no secret key of any recipient', {
      reason: 'GPG_SECRET_KEY_NOT_FOUND',
    })
  }

  async #unlockIfThere(fingerprint: string): Promise<PrivateKey | undefined> {
    try {
      return await this.#unlock(fingerprint)
    } catch (error) {
      if (CryptoError.is(error) && error.reason === 'GPG_SECRET_KEY_NOT_FOUND') return undefined
      throw error
    }
  }

  #unlock(fingerprint: string): Promise<PrivateKey> {
    return remember(this.#unlocked, fingerprint, async () => {
      const locked = await this.#options.keyRing.secretKey(fingerprint)
      return unlockKey(locked, await this.#options.passphrase?.())
    })
  }

  #loadCertificates(fingerprints: readonly string[]): Promise<PublicKey[]> {
    const load = (fingerprint: string): Promise<PublicKey> =>
      remember(this.#certificates, fingerprint, () => this.#options.keyRing.certificate(fingerprint))
    return Promise.all(fingerprints.map(load))
  }
}

/** What was found once is not read, parsed and unlocked again; what failed is tried again. */
function remember<T>(memory: Map<string, Promise<T>>, key: string, find: () => Promise<T>): Promise<T> {
  const known = memory.get(key)
  if (known) return known
  const found = find()
  memory.set(key, found)
  found.catch(() => memory.delete(key))
  return found
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

function digest(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

function armorMessage(message: Uint8Array): Uint8Array {
  return Buffer.from(armor(enums.armor.message, message, undefined, undefined, undefined, undefined, openpgpConfig))
}

import { randomBytes } from 'node:crypto'
import {
  type AnyPacket,
  enums,
  type LiteralDataPacket,
  OnePassSignaturePacket,
  type PrivateKey,
  type PublicKey,
  type RawNotation,
  type SignaturePacket,
} from 'openpgp'
import { AddressedSignature } from './intended-recipients.js'
import type { HashedAs, MessageHashes } from './message-hashes.js'
import { openpgpConfig } from './openpgp-config.js'
import { requireSigner } from './usable-key.js'

/** What a signature says beside what it signs. */
export interface SignedFacts {
  readonly recipients: readonly PublicKey[]
  readonly notations: readonly RawNotation[]
  /** Whether line ends count as the same in all their forms. */
  readonly text: boolean
}

/** A signature that is about to be made. */
export interface Signing {
  /** Stands before the data, so that readers can hash it while it passes by. */
  readonly onePass: AnyPacket
  /** How it hashes the data. */
  readonly hashedAs: HashedAs
  /** Signs the data of a packet. */
  sign(literal: AnyPacket): Promise<SignaturePacket>
  /** Signs data that has passed by. */
  signDigest(hashes: MessageHashes): Promise<SignaturePacket>
}

/**
 * One signature of each, in their order; the signers are unlocked.
 *
 * @throws CryptoError KEY_UNUSABLE, or KEY_NOT_FOUND if the part that signs was left out when the key was exported
 */
export function prepareSignatures(signers: readonly PrivateKey[], facts: SignedFacts): Promise<Signing[]> {
  return Promise.all(signers.map((signer, index) => prepareSignature(signer, facts, index === signers.length - 1)))
}

async function prepareSignature(signer: PrivateKey, facts: SignedFacts, isLast: boolean): Promise<Signing> {
  const { keyPacket } = await requireSigner(signer)
  const signature = new PrehashedSignature(facts.recipients)
  signature.version = keyPacket.version
  signature.salt = signature.version === 6 ? randomBytes(SALT_BYTES) : null
  signature.issuerKeyID = keyPacket.getKeyID() as never
  signature.issuerFingerprint = keyPacket.getFingerprintBytes()
  signature.signatureType = facts.text ? enums.signature.text : enums.signature.binary
  signature.publicKeyAlgorithm = keyPacket.algorithm
  signature.hashAlgorithm = SIGNING_HASH
  signature.rawNotations = [...facts.notations]
  const make = async (data: AnyPacket | undefined): Promise<SignaturePacket> => {
    const { sign } = signature as unknown as SignatureInternals
    await sign.call(signature, keyPacket, data, new Date(), false, openpgpConfig)
    return signature
  }
  return {
    onePass: fromSignaturePacket(signature, isLast),
    hashedAs: { version: signature.version, hashAlgorithm: SIGNING_HASH, salt: signature.salt },
    sign: make,
    signDigest: (hashes) => {
      signature.hashes = hashes
      return make(undefined)
    },
  }
}

const SIGNING_HASH: number = enums.hash.sha512
/** What a version 6 signature with that hash is salted with. */
const SALT_BYTES = 32

const { fromSignaturePacket } = OnePassSignaturePacket as unknown as {
  /** @param isLast whether what is signed comes next, and not another announcement */
  fromSignaturePacket(signature: SignaturePacket, isLast: boolean): AnyPacket
}

/** What the types of OpenPGP.js do not tell of a signature. */
interface SignatureInternals {
  readonly signatureData: Uint8Array
  sign(key: object, data: object | undefined, date: Date, detached: boolean, config: object): Promise<void>
  toHash(type: number, data: object | undefined, detached: boolean): Uint8Array | undefined
  hash(type: number, data: object, toHash: Uint8Array | undefined, detached: boolean): Promise<Uint8Array>
}

/** A signature whose data has passed by already. */
class PrehashedSignature extends AddressedSignature {
  hashes: MessageHashes | undefined
  /** Of version 6; what the types of OpenPGP.js do not tell of. */
  declare salt: Uint8Array | null

  /** OpenPGP.js calls this for all that is signed, to hash it and to give it to those algorithms that hash themselves. */
  toHash(type: number, data: LiteralDataPacket, detached: boolean): Uint8Array | undefined {
    return this.hashes ? undefined : above.toHash.call(this, type, data, detached)
  }

  async hash(type: number, data: LiteralDataPacket, toHash: Uint8Array, detached: boolean): Promise<Uint8Array> {
    if (!this.hashes) return above.hash.call(this, type, data, toHash, detached)
    return this.hashes.digest(this, (this as unknown as SignatureInternals).signatureData)
  }
}

const above = AddressedSignature.prototype as unknown as SignatureInternals

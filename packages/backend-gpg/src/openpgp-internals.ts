import type { Config, PrivateKey, PublicKey, SignaturePacket, Subkey } from 'openpgp'

/** What the types of OpenPGP.js do not tell of a secret key packet. */
export interface SecretPacket {
  decrypt(passphrase: string, config: Readonly<Config>): Promise<void>
  isDecrypted(): boolean | null
  /** Whether the secret part was left out when the key was exported: an "offline" primary key, for example. */
  isDummy(): boolean
  clearPrivateParams(): void
  /** What makes a key of the passphrase; of Argon2 with its passes, and the binary logarithm of its kibibytes. */
  readonly s2k?: { readonly type: string; readonly t: number; readonly encodedM: number } | null
}

/** What the types of OpenPGP.js do not tell of a signature. */
export interface VerifiableSignature {
  verify(
    key: object,
    signatureType: number,
    data: object,
    date: Date,
    detached: boolean,
    config: Readonly<Config>,
  ): Promise<void>
}

/** The signatures that say something of a whole key, without a user id: those of RFC 9580 do. */
export function directSignatures(key: PublicKey): SignaturePacket[] {
  return (key as unknown as { readonly directSignatures: SignaturePacket[] }).directSignatures
}

/** The valid self-signature that says what its owner's program can read and prefers. @throws Error if there is none */
export function selfSignature(key: PublicKey, date: Date, config: Readonly<Config>): Promise<SelfSignature> {
  const { getPrimarySelfSignature } = key as unknown as {
    getPrimarySelfSignature(date: Date, userID: undefined, config: Readonly<Config>): Promise<SelfSignature>
  }
  return getPrimarySelfSignature.call(key, date, undefined, config)
}

export type SelfSignature = SignaturePacket & {
  /** Pairs of a cipher and an AEAD mode. */
  readonly preferredCipherSuites: readonly (readonly [number, number])[] | null
}

/** Whether its primary key has revoked a subkey. */
export function isSubkeyRevoked(subkey: Subkey, date: Date, config: Readonly<Config>): Promise<boolean> {
  return subkey.isRevoked(undefined as never, undefined as never, date, config)
}

export function secretPackets(key: PrivateKey): readonly SecretPacket[] {
  return key.getKeys().map(({ keyPacket }) => keyPacket as unknown as SecretPacket)
}

/** Whether the secret part of a key belongs to its public part. @throws Error if not */
export async function validateSecret(key: PrivateKey, config: Readonly<Config>): Promise<void> {
  await (key as unknown as { validate(config: Readonly<Config>): Promise<void> }).validate(config)
}

export function isDummy(key: PublicKey | Subkey): boolean {
  const { isDummy: test } = key.keyPacket as unknown as Partial<SecretPacket>
  return test?.call(key.keyPacket) ?? false
}

export function replacePacket(key: PublicKey | Subkey, packet: (PublicKey | Subkey)['keyPacket']): void {
  ;(key as { keyPacket: unknown }).keyPacket = packet
}

export function asVerifiable(signature: SignaturePacket): VerifiableSignature {
  return signature as unknown as VerifiableSignature
}

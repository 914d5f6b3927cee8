import { type Config, config as defaults, enums } from 'openpgp'

/**
 * The configuration that every call of OpenPGP.js is given. Its own is a global object that any code in the process can
 * change, so each setting that matters is named here.
 */
export const openpgpConfig: Readonly<Config> = Object.freeze<Config>({
  ...defaults,
  // What gpg 2.2 reads: version 4 keys, and messages without AEAD and compression.
  v6Keys: false,
  aeadProtect: false,
  preferredCompressionAlgorithm: enums.compression.uncompressed,
  s2kType: enums.s2k.iterated,
  showVersion: false,
  showComment: false,
  // What is accepted: whole, authenticated, well-formed messages.
  allowUnauthenticatedMessages: false,
  allowUnauthenticatedStream: false,
  enforceGrammar: true,
  ignoreMalformedPackets: false,
  allowInsecureDecryptionWithSigningKeys: false,
  allowInsecureVerificationWithReformattedKeys: false,
  allowMissingKeyFlags: false,
  minRSABits: 2047,
  rejectHashAlgorithms: new Set([enums.hash.md5, enums.hash.ripemd, enums.hash.sha1]),
  rejectMessageHashAlgorithms: new Set([enums.hash.md5, enums.hash.ripemd, enums.hash.sha1]),
  rejectPublicKeyAlgorithms: new Set([enums.publicKey.elgamal, enums.publicKey.dsa]),
  rejectCurves: new Set([enums.curve.secp256k1]),
  // What a message may cost: by default a few bytes may ask for terabytes.
  maxDecompressedMessageSize: 64 * 1024 * 1024,
  maxArgon2MemoryExponent: 18,
})

/** How far the clock of whoever signed may be ahead of ours. */
const CLOCK_TOLERANCE_MS = 5 * 60 * 1000

/** The time at which signatures and keys of others are judged. */
export function toleratedNow(): Date {
  return new Date(Date.now() + CLOCK_TOLERANCE_MS)
}

import { type Config, enums } from 'openpgp'

/**
 * The configuration that every call of OpenPGP.js is given, complete: its own is a global object that any code in the
 * process can change, and it fills in what a call leaves out.
 */
export const openpgpConfig: Readonly<Config> = Object.freeze<Config>({
  // What gpg 2.2 reads: version 4 keys, and messages without AEAD and compression.
  v6Keys: false,
  aeadProtect: false,
  preferredHashAlgorithm: enums.hash.sha512,
  preferredSymmetricAlgorithm: enums.symmetric.aes256,
  preferredCompressionAlgorithm: enums.compression.uncompressed,
  preferredAEADAlgorithm: enums.aead.gcm,
  aeadChunkSizeByte: 12,
  s2kType: enums.s2k.iterated,
  s2kIterationCountByte: 224,
  s2kArgon2Params: { passes: 3, parallelism: 4, memoryExponent: 16 },
  nonDeterministicSignaturesViaNotation: true,
  showVersion: false,
  showComment: false,
  versionString: '',
  commentString: '',
  // What is accepted: whole, authenticated, well-formed messages.
  allowUnauthenticatedMessages: false,
  allowUnauthenticatedStream: false,
  enforceGrammar: true,
  additionalAllowedPackets: [],
  ignoreUnsupportedPackets: true,
  ignoreMalformedPackets: false,
  enableParsingV5Entities: false,
  parseAEADEncryptedV4KeysAsLegacy: false,
  allowInsecureDecryptionWithSigningKeys: false,
  allowInsecureVerificationWithReformattedKeys: false,
  allowMissingKeyFlags: false,
  passwordCollisionCheck: false,
  knownNotations: [],
  // Whether an RSA padding was right must not be seen in the time that a failure takes.
  constantTimePKCS1Decryption: true,
  constantTimePKCS1DecryptionSupportedSymmetricAlgorithms: new Set([
    enums.symmetric.aes128,
    enums.symmetric.aes192,
    enums.symmetric.aes256,
  ]),
  useEllipticFallback: true,
  minRSABits: 2047,
  rejectHashAlgorithms: new Set([enums.hash.md5, enums.hash.ripemd, enums.hash.sha1]),
  rejectMessageHashAlgorithms: new Set([enums.hash.md5, enums.hash.ripemd, enums.hash.sha1]),
  rejectPublicKeyAlgorithms: new Set([enums.publicKey.elgamal, enums.publicKey.dsa]),
  rejectCurves: new Set([enums.curve.secp256k1]),
  // What a message or a key may cost: a few bytes can ask for terabytes.
  maxDecompressedMessageSize: 32 * 1024 * 1024,
  maxArgon2MemoryExponent: 18,
  maxUserIDLength: 5120,
})

/**
 * The same for what is written as RFC 9580 has it: version 6 keys that say so, locked by Argon2 and OCB, and passwords and
 * session keys in version 6 packets.
 */
export const modernConfig: Readonly<Config> = Object.freeze<Config>({
  ...openpgpConfig,
  v6Keys: true,
  aeadProtect: true,
  preferredAEADAlgorithm: enums.aead.ocb,
  s2kType: enums.s2k.argon2,
})

/** The configuration to lock and change a key of this version with. */
export function configFor({ version }: { readonly version: number }): Readonly<Config> {
  return version === 6 ? modernConfig : openpgpConfig
}

/** The same without the limits on strength, to tell keys that are too weak from keys that are of no use at all. */
export const lenientConfig: Readonly<Config> = Object.freeze<Config>({
  ...openpgpConfig,
  minRSABits: 0,
  rejectHashAlgorithms: new Set(),
  rejectPublicKeyAlgorithms: new Set(),
  rejectCurves: new Set(),
})

/** How far the clock of whoever signed may be ahead of ours. */
const CLOCK_TOLERANCE_MS = 5 * 60 * 1000

/** The time at which signatures and keys of others are judged. */
export function toleratedNow(): Date {
  return new Date(Date.now() + CLOCK_TOLERANCE_MS)
}

/** OpenPGP.js looks at its limit for every chunk of at most 64 KiB that comes out, and once for every packet. */
const MAX_DECOMPRESSION_STEPS = 4096

/** Compressed data may hold compressed data, even itself, without an end: for one message there is a limit to both. */
export function boundedConfig(): Config {
  let steps = 0
  return Object.defineProperty({ ...openpgpConfig }, 'maxDecompressedMessageSize', {
    get: () => (++steps > MAX_DECOMPRESSION_STEPS ? 0 : openpgpConfig.maxDecompressedMessageSize),
  })
}

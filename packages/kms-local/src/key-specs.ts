import { generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { KmsFault } from './faults.js'
import { type BlobCipher, gcmBlob } from './key-blob.js'
import type { Key } from './keys.js'
import { hasSm4, sm4Blob } from './sm4-blob.js'

export type KeyUsage = 'ENCRYPT/DECRYPT' | 'SIGN/VERIFY' | 'GENERATE_VERIFY_MAC'

/** What the keys of one kind are made of, and what they are for. */
export interface KeySpec {
  /** The first is the default. */
  readonly usages: readonly [KeyUsage, ...KeyUsage[]]
  /** What its versions encrypt by, if they are symmetric keys. */
  readonly blob?: BlobCipher
  /** Of imported material; where it can be imported. */
  readonly materialBytes?: number
  readonly maxVersions: number
  /** False where this Node cannot. */
  readonly isOffered: boolean
  /** New material, which the caller zeroes. */
  generate(): Promise<Uint8Array>
}

const MAX_VERSIONS = 5_000
const MAX_ASYMMETRIC_VERSIONS = 50

/** Every kind of key, by the cloud's name of it. `EC_SM2` is left out: node:crypto does not sign a digest with it. */
const specs = {
  Aliyun_AES_256: symmetric(gcmBlob, 32),
  Aliyun_AES_192: symmetric(gcmBlob, 24),
  Aliyun_AES_128: symmetric(gcmBlob, 16),
  Aliyun_SM4: { ...symmetric(sm4Blob, 16), isOffered: hasSm4 },
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
  EC_P256: ec('EC_P256'),
  EC_P256K: ec('EC_P256K'),
  HMAC_SHA_224: mac(28),
  HMAC_SHA_256: mac(32),
  HMAC_SHA_384: mac(48),
  HMAC_SHA_512: mac(64),
  HMAC_SM3: { ...mac(32), isOffered: hasSm4 },
} as const satisfies Record<string, KeySpec>

export type KeySpecName = keyof typeof specs

export const keySpecs: Readonly<Record<KeySpecName, KeySpec>> = specs

/** Those that this Node offers; the first is the default. */
export const keySpecNames = (Object.keys(keySpecs) as KeySpecName[]).filter((name) => keySpecs[name].isOffered) as [
  KeySpecName,
  ...KeySpecName[],
]

export function specNameOf({ metadata: { spec = 'Aliyun_AES_256' } }: Key): KeySpecName {
  return spec
}

export function specOf(key: Key): KeySpec {
  return keySpecs[specNameOf(key)]
}

export function usageOf(key: Key): KeyUsage {
  return key.metadata.usage ?? specOf(key).usages[0]
}

/** @throws KmsFault UnsupportedOperation unless it is a symmetric key */
export function cipherOf(key: Key): BlobCipher {
  const { blob } = specOf(key)
  if (!blob) throw new KmsFault('UnsupportedOperation')
  return blob
}

function symmetric(blob: BlobCipher, materialBytes: number) {
  const generate = async (): Promise<Uint8Array> => randomBytes(materialBytes)
  return {
    usages: ['ENCRYPT/DECRYPT'],
    blob,
    materialBytes,
    maxVersions: MAX_VERSIONS,
    isOffered: true,
    generate,
  } as const
}

/** VerifyMac names no version, so that there is one only. */
function mac(bytes: number) {
  const generate = async (): Promise<Uint8Array> => randomBytes(bytes)
  return { usages: ['GENERATE_VERIFY_MAC'], maxVersions: 1, isOffered: true, generate } as const
}

/** Its material is PKCS #8 in DER. */
function rsa(modulusLength: number) {
  return {
    usages: ['ENCRYPT/DECRYPT', 'SIGN/VERIFY'],
    maxVersions: MAX_ASYMMETRIC_VERSIONS,
    isOffered: true,
    generate: () => generateRsaKey(modulusLength),
  } as const
}

/** Its material is the scalar, in 32 bytes. */
function ec(name: 'EC_P256' | 'EC_P256K') {
  return {
    usages: ['SIGN/VERIFY'],
    maxVersions: MAX_ASYMMETRIC_VERSIONS,
    isOffered: true,
    generate: async () => (await import('./ec-curves.js')).ecCurves[name].generate(),
  } as const
}

export async function generateRsaKey(modulusLength: number): Promise<Buffer> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength,
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  })
  return privateKey
}

import { KmsFault } from './faults.js'
import { ImportFailures } from './import-failures.js'
import { withImportedMaterial, withoutMaterial } from './imported-material.js'
import type { KeyService } from './key-service.js'
import { generateRsaKey, specOf } from './key-specs.js'
import { type Key, timestamp } from './keys.js'
import { done, type OperationTable } from './operation.js'
import type { Parameters } from './parameters.js'
import { decryptOaep, decryptPkcs1, rsaPublicKey } from './rsa-keys.js'

/** Material that somebody brings, for keys of the origin EXTERNAL. */
export const importOperations: OperationTable = {
  GetParametersForImport: getParametersForImport,
  ImportKeyMaterial: importKeyMaterial,
  DeleteKeyMaterial: deleteKeyMaterial,
}

/** How long a wrapping key and its token are good for. */
const TOKEN_MS = 24 * 3600_000
const WRAPPING_BITS = 2048
const PURPOSE = 'import'

/** How each unwraps material of a length. */
const unwrap = {
  RSAES_OAEP_SHA_256: (pkcs8, wrapped) => decryptOaep(pkcs8, wrapped, 'sha256'),
  RSAES_OAEP_SHA_1: (pkcs8, wrapped) => decryptOaep(pkcs8, wrapped, 'sha1'),
  RSAES_PKCS1_V1_5: decryptPkcs1,
} as const satisfies Record<string, (pkcs8: Uint8Array, wrapped: Uint8Array, length: number) => Uint8Array | undefined>
type Wrapping = keyof typeof unwrap
const wrappings = ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1', 'RSAES_PKCS1_V1_5'] as const satisfies Wrapping[]

/** What a token says beside the private key that follows it. */
interface ImportToken {
  readonly keyId: string
  readonly wrapping: Wrapping
  readonly expires: string
}

async function getParametersForImport(service: KeyService, parameters: Parameters): Promise<object> {
  const keyId = external(service.describeKey(parameters.text('KeyId'))).metadata.id
  const wrapping = parameters.requiredChoice('WrappingAlgorithm', wrappings)
  parameters.requiredChoice('WrappingKeySpec', ['RSA_2048'])
  const pkcs8 = await generateRsaKey(WRAPPING_BITS)
  const expires = timestamp(new Date(service.now.getTime() + TOKEN_MS))
  const ImportToken = sealToken(service, { keyId, wrapping, expires }, pkcs8)
  const PublicKey = rsaPublicKey(pkcs8).export({ type: 'spki', format: 'der' }).toString('base64')
  pkcs8.fill(0)
  return { KeyId: keyId, PublicKey, ImportToken, TokenExpireTime: expires }
}

async function importKeyMaterial(service: KeyService, parameters: Parameters): Promise<object> {
  const key = external(service.describeKey(parameters.text('KeyId')))
  const { id } = key.metadata
  const wrapped = parameters.base64('EncryptedKeyMaterial')
  const expires = expiryOf(service, parameters)
  const text = parameters.text('ImportToken')
  const token = openToken(service, text)
  try {
    if (token.keyId !== id) throw new KmsFault('InvalidImportToken')
    if (Date.parse(token.expires) <= service.now.getTime()) throw new KmsFault('ExpiredImportToken')
    const failures = ImportFailures.of(service)
    failures.check(text)
    const material = unwrap[token.wrapping](token.pkcs8, wrapped, specOf(key).materialBytes ?? 0)
    if (!material) throw failures.note(text)
    const change = (key: Key): Key => withImportedMaterial(external(key), material, expires)
    return await done(service.changeKey(id, change)).finally(() => material.fill(0))
  } finally {
    token.pkcs8.fill(0)
  }
}

/** The key waits until the same material is imported again. */
async function deleteKeyMaterial(service: KeyService, parameters: Parameters): Promise<object> {
  const remove = (key: Key): Key => (external(key).allMaterial.length === 0 ? key : withoutMaterial(key))
  return done(service.changeKey(parameters.text('KeyId'), remove, { erase: true }))
}

/** @throws KmsFault Unsupported.Origin */
function external(key: Key): Key {
  if (!key.metadata.external) throw new KmsFault('Unsupported.Origin')
  return key
}

/** In seconds since 1970; 0 or left out for never. */
function expiryOf(service: KeyService, parameters: Parameters): string | undefined {
  const text = parameters.find('KeyMaterialExpireUnix') ?? '0'
  if (text === '0') return undefined
  const time = /^\d{1,11}$/.test(text) ? Number(text) * 1000 : 0
  if (time <= service.now.getTime()) throw new KmsFault('InvalidParameter', 'KeyMaterialExpireUnix')
  return timestamp(new Date(time))
}

function sealToken(service: KeyService, token: ImportToken, pkcs8: Uint8Array): string {
  const json = Buffer.from(JSON.stringify(token))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  const content = Buffer.concat([length, json, pkcs8])
  const sealed = service.tokens.seal(PURPOSE, content)
  content.fill(0)
  return sealed
}

/** The caller zeroes the private key. @throws KmsFault InvalidImportToken */
function openToken(service: KeyService, text: string): ImportToken & { pkcs8: Buffer } {
  const content = service.tokens.open(PURPOSE, text)
  if (!content) throw new KmsFault('InvalidImportToken')
  const end = 4 + content.readUInt32BE()
  const token: ImportToken = JSON.parse(content.toString('utf8', 4, end))
  return { ...token, pkcs8: content.subarray(end) }
}

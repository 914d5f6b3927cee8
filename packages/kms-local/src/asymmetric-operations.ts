import type { EcCurve } from './ec-curves.js'
import { BadCiphertext, KmsFault } from './faults.js'
import type { KeyService } from './key-service.js'
import { type KeySpecName, type KeyUsage, specNameOf, usageOf } from './key-specs.js'
import type { OperationTable } from './operation.js'
import type { Parameters } from './parameters.js'
import { decryptOaep, encryptOaep, type OaepHash, pkcs1Signature, pssSignature, rsaPublicKey } from './rsa-keys.js'

/** What uses key pairs. Signatures are made of a digest, which the caller makes of the message. */
export const asymmetricOperations: OperationTable = {
  GetPublicKey: getPublicKey,
  AsymmetricSign: asymmetricSign,
  AsymmetricVerify: asymmetricVerify,
  AsymmetricEncrypt: asymmetricEncrypt,
  AsymmetricDecrypt: asymmetricDecrypt,
}

/** One version of a key pair, and what an answer tells of it. */
interface KeyPair {
  readonly spec: KeySpecName
  readonly usage: KeyUsage
  readonly material: Uint8Array
  readonly use: { readonly KeyId: string; readonly KeyVersionId: string }
}

interface Signer {
  sign(material: Uint8Array, digest: Uint8Array): Uint8Array
  verify(material: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean
}

const SHA256_BYTES = 32
const rsaSpecs: readonly string[] = ['RSA_2048', 'RSA_3072', 'RSA_4096'] satisfies KeySpecName[]
const ecSpecs: readonly string[] = ['EC_P256', 'EC_P256K'] satisfies KeySpecName[]

const signers = {
  RSA_PSS_SHA_256: { specs: rsaSpecs, of: () => pssSignature },
  RSA_PKCS1_SHA_256: { specs: rsaSpecs, of: () => pkcs1Signature },
  ECDSA_SHA_256: { specs: ecSpecs, of: (spec: KeySpecName, curves: Curves) => curveOf(spec, curves) },
} as const satisfies Record<string, { specs: readonly string[]; of: (spec: KeySpecName, curves: Curves) => Signer }>

const oaepHashes = { RSAES_OAEP_SHA_256: 'sha256', RSAES_OAEP_SHA_1: 'sha1' } as const satisfies Record<
  string,
  OaepHash
>

async function getPublicKey(service: KeyService, parameters: Parameters): Promise<object> {
  const curves = await loadCurves()
  const { spec, material, use } = findKeyPair(service, parameters)
  const key = rsaSpecs.includes(spec) ? rsaPublicKey(material) : curveOf(spec, curves).publicKey(material)
  return { PublicKey: key.export({ type: 'spki', format: 'pem' }).toString(), ...use }
}

async function asymmetricSign(service: KeyService, parameters: Parameters): Promise<object> {
  const { pair, signer, digest } = signerOf(service, parameters, await loadCurves())
  return { Value: base64(signer.sign(pair.material, digest)), ...pair.use }
}

async function asymmetricVerify(service: KeyService, parameters: Parameters): Promise<object> {
  const { pair, signer, digest } = signerOf(service, parameters, await loadCurves())
  return { Value: signer.verify(pair.material, digest, parameters.base64('Value')), ...pair.use }
}

function asymmetricEncrypt(service: KeyService, parameters: Parameters): object {
  const { material, use, hash } = encryptionKeyOf(service, parameters)
  const plaintext = parameters.base64('Plaintext')
  try {
    return { CiphertextBlob: base64(encryptOaep(material, plaintext, hash)), ...use }
  } catch {
    throw new KmsFault('InvalidParameter', 'Plaintext')
  } finally {
    plaintext.fill(0)
  }
}

function asymmetricDecrypt(service: KeyService, parameters: Parameters): object {
  const { material, use, hash } = encryptionKeyOf(service, parameters)
  const plaintext = decryptOaep(material, parameters.base64('CiphertextBlob'), hash)
  if (!plaintext) throw new BadCiphertext()
  const Plaintext = base64(plaintext)
  plaintext.fill(0)
  return { Plaintext, ...use }
}

function signerOf(
  service: KeyService,
  parameters: Parameters,
  curves: Curves,
): { pair: KeyPair; signer: Signer; digest: Buffer } {
  const pair = findKeyPair(service, parameters, 'SIGN/VERIFY')
  const { specs, of } =
    signers[parameters.requiredChoice('Algorithm', ['RSA_PSS_SHA_256', 'RSA_PKCS1_SHA_256', 'ECDSA_SHA_256'])]
  if (!specs.includes(pair.spec)) throw new KmsFault('InvalidParameter', 'Algorithm')
  const digest = parameters.base64('Digest')
  if (digest.length !== SHA256_BYTES) throw new KmsFault('InvalidParameter', 'Digest')
  return { pair, signer: of(pair.spec, curves), digest }
}

function encryptionKeyOf(service: KeyService, parameters: Parameters): KeyPair & { hash: OaepHash } {
  const pair = findKeyPair(service, parameters, 'ENCRYPT/DECRYPT')
  const hash = oaepHashes[parameters.requiredChoice('Algorithm', ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'])]
  return { ...pair, hash }
}

/** @throws KmsFault UnsupportedOperation for a key that is no pair, or is for another use */
function findKeyPair(service: KeyService, parameters: Parameters, usage?: KeyUsage): KeyPair {
  const key = service.usableKey(parameters.text('KeyId'))
  const versionId = parameters.text('KeyVersionId')
  const spec = specNameOf(key)
  const isPair = rsaSpecs.includes(spec) || ecSpecs.includes(spec)
  if (!isPair || (usage && usage !== usageOf(key))) throw new KmsFault('UnsupportedOperation')
  const material = key.material(versionId)
  if (!material) throw new KmsFault('Forbidden.KeyVersionNotFound')
  return { spec, usage: usageOf(key), material, use: { KeyId: key.metadata.id, KeyVersionId: versionId } }
}

/**
 * Imported when they are needed, since they take as long to load as all else; and before a key is looked up, since a key
 * that is changed in the meantime is zeroed.
 */
async function loadCurves(): Promise<Curves> {
  return (await import('./ec-curves.js')).ecCurves
}

type Curves = Readonly<Record<string, EcCurve>>

function curveOf(spec: KeySpecName, curves: Curves): EcCurve {
  const curve = curves[spec]
  if (!curve) throw new KmsFault('UnsupportedOperation')
  return curve
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

import { execFileSync, spawnSync } from 'node:child_process'
import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  privateEncrypt,
  publicEncrypt,
  sign,
  verify,
} from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ecCurves } from '../src/ec-curves.js'
import { encodePss, verifyPss } from '../src/pss-encoding.js'
import { pkcs1Signature, pssSignature } from '../src/rsa-keys.js'
import { createKey, type Running, start } from './running.js'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const message = Buffer.from('付款 1,000 元')
const digest = createHash('sha256').update(message).digest()
const Digest = digest.toString('base64')
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }

const schemes = [
  ['RSA_2048', 'RSA_PSS_SHA_256', pss],
  ['RSA_2048', 'RSA_PKCS1_SHA_256', {}],
  ['RSA_3072', 'RSA_PSS_SHA_256', pss],
  ['RSA_4096', 'RSA_PSS_SHA_256', pss],
  ['EC_P256', 'ECDSA_SHA_256', {}],
  ['EC_P256K', 'ECDSA_SHA_256', {}],
] as const

it.each(schemes)('signs by %s and %s what node:crypto verifies', async (KeySpec, Algorithm, options) => {
  const running = await start()
  const key = await createKey(running, { KeySpec, KeyUsage: 'SIGN/VERIFY' })
  const { Value } = await running.call({ Action: 'AsymmetricSign', ...key, Algorithm, Digest })
  const publicKey = await publicKeyOf(running, key)
  const signature = Buffer.from(`${Value}`, 'base64')
  expect(verify('sha256', message, { key: publicKey, ...options }, signature)).toBe(true)
  const asked = { Action: 'AsymmetricVerify', ...key, Algorithm, Value: `${Value}` }
  expect(await running.call({ ...asked, Digest })).toMatchObject({ Value: true, ...key })
  const otherDigest = createHash('sha256').update('other').digest('base64')
  expect(await running.call({ ...asked, Digest: otherDigest })).toMatchObject({ Value: false })
  signature[9] = (signature[9] ?? 0) ^ 1
  expect(await running.call({ ...asked, Digest, Value: signature.toString('base64') })).toMatchObject({ Value: false })
  expect(await running.call({ ...asked, Digest, Value: 'AAAA' })).toMatchObject({ Value: false })
})

async function publicKeyOf(running: Running, key: { KeyId: string; KeyVersionId: string }) {
  const { PublicKey } = await running.call({ Action: 'GetPublicKey', ...key })
  return createPublicKey(`${PublicKey}`)
}

it('verifies what node:crypto signs', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const pkcs8 = rsa.export({ type: 'pkcs8', format: 'der' })
  expect(pssSignature.verify(pkcs8, digest, sign('sha256', message, { key: rsa, ...pss }))).toBe(true)
  expect(pkcs1Signature.verify(pkcs8, digest, sign('sha256', message, rsa))).toBe(true)
  const unpadded = privateEncrypt({ key: rsa, padding: constants.RSA_NO_PADDING }, Buffer.alloc(256, 1))
  expect(pssSignature.verify(pkcs8, digest, unpadded)).toBe(false)
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const secret = Buffer.from(ec.export({ format: 'jwk' }).d ?? '', 'base64url')
  for (let count = 0; count < 20; count++) {
    expect(ecCurves.EC_P256.verify(secret, digest, sign('sha256', message, ec))).toBe(true)
  }
})

it('encodes a digest for RSA-PSS so that no other salt, digest or byte fits', () => {
  const encoded = encodePss(digest, 2048)
  expect(encoded.length).toBe(256)
  expect(verifyPss(encoded, digest, 2048)).toBe(true)
  expect(encodePss(digest, 2048)).not.toEqual(encoded)
  for (let at = 0; at < encoded.length; at++) {
    const changed = Buffer.from(encoded)
    changed[at] = (changed[at] ?? 0) ^ 0x80
    expect(verifyPss(changed, digest, 2048)).toBe(false)
  }
  expect(verifyPss(encoded.subarray(1), digest, 2048)).toBe(false)
})

it.skipIf(!hasOpenssl).each(schemes.slice(0, 2).concat(schemes.slice(4)))(
  'signs by %s and %s what openssl verifies (needs openssl)',
  async (KeySpec, Algorithm) => {
    const running = await start()
    const key = await createKey(running, { KeySpec, KeyUsage: 'SIGN/VERIFY' })
    const { Value } = await running.call({ Action: 'AsymmetricSign', ...key, Algorithm, Digest })
    const file = (name: string, content: string | Buffer): string => {
      const path = join(running.folder, name)
      writeFileSync(path, content)
      return path
    }
    const publicKey = file('public.pem', (await publicKeyOf(running, key)).export({ type: 'spki', format: 'pem' }))
    const signature = file('signature', Buffer.from(`${Value}`, 'base64'))
    const padding = Algorithm === 'RSA_PSS_SHA_256' ? ['-pkeyopt', 'rsa_padding_mode:pss'] : []
    const hash = ['-pkeyopt', 'digest:sha256']
    const inputs = ['-pubin', '-inkey', publicKey, '-in', file('digest', digest), '-sigfile', signature]
    expect(execFileSync('openssl', ['pkeyutl', '-verify', ...inputs, ...padding, ...hash]).toString()).toContain(
      'Success',
    )
  },
)

it.each([
  ['RSAES_OAEP_SHA_256', 'sha256', 190],
  ['RSAES_OAEP_SHA_1', 'sha1', 214],
] as const)(
  'decrypts by %s what node:crypto encrypts, up to the longest plaintext',
  async (Algorithm, oaepHash, longest) => {
    const running = await start()
    const key = await createKey(running, { KeySpec: 'RSA_2048' })
    const plaintext = Buffer.alloc(longest, 7)
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }
    const ciphertext = publicEncrypt({ key: await publicKeyOf(running, key), ...padding }, plaintext)
    const decrypt = { Action: 'AsymmetricDecrypt', ...key, Algorithm }
    expect(await running.call({ ...decrypt, CiphertextBlob: ciphertext.toString('base64') })).toMatchObject({
      Plaintext: plaintext.toString('base64'),
      ...key,
    })
    const encrypt = { Action: 'AsymmetricEncrypt', ...key, Algorithm }
    const { CiphertextBlob } = await running.call({ ...encrypt, Plaintext: plaintext.toString('base64') })
    expect(await running.call({ ...decrypt, CiphertextBlob: `${CiphertextBlob}` })).toMatchObject({
      Plaintext: plaintext.toString('base64'),
    })
    const tooLong = Buffer.alloc(longest + 1).toString('base64')
    expect(await running.call({ ...encrypt, Plaintext: tooLong })).toMatchObject({ Code: 'InvalidParameter' })
    ciphertext[5] = (ciphertext[5] ?? 0) ^ 1
    expect(await running.call({ ...decrypt, CiphertextBlob: ciphertext.toString('base64') })).toMatchObject({
      Code: 'InvalidParameter',
      Message: 'The specified parameter "CiphertextBlob" is not valid.',
    })
  },
)

it('uses a key for what it was made for only', async () => {
  const running = await start()
  const signing = await createKey(running, { KeySpec: 'EC_P256' })
  const encrypting = await createKey(running, { KeySpec: 'RSA_2048' })
  const refused = { HttpStatus: 400, Code: 'UnsupportedOperation' }
  const sign = { Action: 'AsymmetricSign', Digest }
  expect(await running.call({ ...sign, ...encrypting, Algorithm: 'RSA_PSS_SHA_256' })).toMatchObject(refused)
  const oaep = { Action: 'AsymmetricEncrypt', Plaintext: 'AAAA', Algorithm: 'RSAES_OAEP_SHA_256' }
  expect(await running.call({ ...oaep, ...signing })).toMatchObject(refused)
  for (const KeyId of [signing.KeyId, encrypting.KeyId]) {
    expect(await running.call({ Action: 'Encrypt', KeyId, Plaintext: 'x' })).toMatchObject(refused)
    expect(await running.call({ Action: 'GenerateDataKey', KeyId })).toMatchObject(refused)
    const rotate = { Action: 'UpdateRotationPolicy', KeyId, EnableAutomaticRotation: 'true', RotationInterval: '7d' }
    expect(await running.call(rotate)).toMatchObject(refused)
  }
  expect(await running.call({ Action: 'GetPublicKey', KeyId: 'alias/one', KeyVersionId: 'x' })).toMatchObject(refused)
  const wrong = { ...signing, KeyVersionId: encrypting.KeyVersionId }
  expect(await running.call({ Action: 'GetPublicKey', ...wrong })).toMatchObject({
    Code: 'Forbidden.KeyVersionNotFound',
  })
  for (const [fields, name] of [
    [{ Algorithm: 'RSA_PSS_SHA_256', Digest }, 'Algorithm'],
    [{ Algorithm: 'ECDSA_SHA_256', Digest: 'AAAA' }, 'Digest'],
  ] as const) {
    expect(await running.call({ ...sign, ...signing, ...fields })).toMatchObject({
      Message: `The specified parameter "${name}" is not valid.`,
    })
  }
})

it('goes on with the old versions of a key pair when it has a new one', async () => {
  const running = await start()
  const first = await createKey(running, { KeySpec: 'EC_P256K', KeyUsage: 'SIGN/VERIFY' })
  const signed = await running.call({ Action: 'AsymmetricSign', ...first, Algorithm: 'ECDSA_SHA_256', Digest })
  const { KeyVersion } = await running.call({ Action: 'CreateKeyVersion', KeyId: first.KeyId })
  const second = { KeyId: first.KeyId, KeyVersionId: (KeyVersion as { KeyVersionId: string }).KeyVersionId }
  const verifying = { Action: 'AsymmetricVerify', Algorithm: 'ECDSA_SHA_256', Digest, Value: `${signed['Value']}` }
  expect(await running.call({ ...verifying, ...first })).toMatchObject({ Value: true })
  expect(await running.call({ ...verifying, ...second })).toMatchObject({ Value: false })
})

it('has keys of every kind again when the store is opened anew', async () => {
  const running = await start()
  const specs = ['RSA_2048', 'EC_P256', 'Aliyun_AES_128', 'HMAC_SHA_384', 'RSA_3072']
  for (const KeySpec of specs) await createKey(running, { KeySpec })
  const written = running.service.keys.map((key) => Buffer.from(key.allMaterial).toString('hex'))
  const { openStore } = await import('./scratch.js')
  await using copy = await openStore(running.folder, 'copy')
  for (const key of running.service.keys) await copy.putKey(key.with({}))
  await copy[Symbol.asyncDispose]()
  await using again = await openStore(running.folder, 'copy')
  expect(again.keys.map((key) => Buffer.from(key.allMaterial).toString('hex')).sort()).toEqual(written.sort())
})

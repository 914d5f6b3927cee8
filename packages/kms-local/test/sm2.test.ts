import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  getCurves,
  publicEncrypt,
  sign,
  verify,
} from 'node:crypto'
import { expect, it } from 'vitest'
import { createKey, start } from './running.js'

it('refuses SM2 as it does every spec and algorithm that is not offered', async () => {
  const running = await start()
  const refused = { HttpStatus: 400, Code: 'InvalidParameter' }
  expect(await running.call({ Action: 'CreateKey', KeySpec: 'EC_SM2' })).toMatchObject(refused)
  const { KeyId, KeyVersionId } = await createKey(running, { KeySpec: 'EC_P256' })
  const Digest = Buffer.alloc(32, 7).toString('base64')
  const signing = { Action: 'AsymmetricSign', KeyId, KeyVersionId, Digest, Algorithm: 'SM2DSA' }
  expect(await running.call(signing)).toMatchObject({ ...refused, Message: expect.stringContaining('"Algorithm"') })
  const external = await createKey(running, { Origin: 'EXTERNAL' })
  const wrapping = { WrappingAlgorithm: 'SM2PKE', WrappingKeySpec: 'EC_SM2' }
  const asked = { Action: 'GetParametersForImport', KeyId: external.KeyId, ...wrapping }
  expect(await running.call(asked)).toMatchObject(refused)
  expect(JSON.stringify(await running.call({ Action: 'DescribeService' }))).not.toContain('SM2')
})

it('could not sign a given digest by SM2, nor encrypt, as long as node:crypto is what it is', () => {
  if (!getCurves().includes('SM2')) return
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'SM2',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  const privateKey = createPrivateKey({ key: pair.privateKey, format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey({ key: pair.publicKey, format: 'der', type: 'spki' })
  const digest = Buffer.alloc(32, 7)
  // Signed "without a hash", it verifies as SM3 over the digest: it was hashed once more.
  expect(verify('sm3', digest, publicKey, sign(null, digest, privateKey))).toBe(true)
  expect(() => publicEncrypt(publicKey, digest)).toThrow()
})

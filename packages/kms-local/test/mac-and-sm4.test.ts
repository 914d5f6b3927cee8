import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { hasSm4, sm4Blob } from '../src/sm4-blob.js'
import { createKey, start } from './running.js'

const Message = Buffer.from('13800138000').toString('base64')

it.each([
  ['HMAC_SHA_224', 'sha224'],
  ['HMAC_SHA_256', 'sha256'],
  ['HMAC_SHA_384', 'sha384'],
  ['HMAC_SHA_512', 'sha512'],
  ...(hasSm4 ? ([['HMAC_SM3', 'sm3']] as const) : []),
] as const)('makes and verifies codes by %s', async (Algorithm, hash) => {
  const running = await start()
  const { KeyId } = await createKey(running, { KeySpec: Algorithm })
  const made = await running.call({ Action: 'GenerateMac', KeyId, Algorithm, Message })
  const material = running.service.describeKey(KeyId).allMaterial
  const expected = createHmac(hash, material).update('13800138000').digest('base64')
  expect(made).toMatchObject({ Mac: expected, KeyId, Algorithm })
  const verify = { Action: 'VerifyMac', KeyId, Algorithm, Message }
  expect(await running.call({ ...verify, Mac: expected })).toMatchObject({ Value: true })
  expect(await running.call({ ...verify, Mac: Message })).toMatchObject({ Value: false })
  expect(await running.call({ ...verify, Mac: expected, Message: 'AAAA' })).toMatchObject({ Value: false })
})

it('makes codes by the algorithm of the key alone, and under keys that are for it', async () => {
  const running = await start()
  const { KeyId } = await createKey(running, { KeySpec: 'HMAC_SHA_256' })
  const make = { Action: 'GenerateMac', KeyId, Message }
  expect(await running.call({ ...make, Algorithm: 'HMAC_SHA_512' })).toMatchObject({ Code: 'InvalidParameter' })
  const wrongKey = { ...make, KeyId: 'alias/one', Algorithm: 'HMAC_SHA_256' }
  expect(await running.call(wrongKey)).toMatchObject({ Code: 'UnsupportedOperation' })
  expect(await running.call({ Action: 'CreateKeyVersion', KeyId })).toMatchObject({ Code: 'Rejected.LimitExceeded' })
})

it.skipIf(!hasSm4)('encrypts under SM4 (needs sm4)', async () => {
  const running = await start()
  const { KeyId } = await createKey(running, { KeySpec: 'Aliyun_SM4' })
  const EncryptionContext = '{"table":"customers"}'
  const { CiphertextBlob } = await running.call({ Action: 'Encrypt', KeyId, Plaintext: '身份证', EncryptionContext })
  const decrypt = { Action: 'Decrypt', CiphertextBlob: `${CiphertextBlob}` }
  expect(await running.call({ ...decrypt, EncryptionContext })).toMatchObject({ Plaintext: '身份证', KeyId })
  expect(await running.call(decrypt)).toMatchObject({ Code: 'InvalidParameter' })
  const dataKey = await running.call({ Action: 'GenerateDataKey', KeyId, NumberOfBytes: '16' })
  const opened = await running.call({ Action: 'Decrypt', CiphertextBlob: `${dataKey['CiphertextBlob']}` })
  expect(opened['Plaintext']).toBe(dataKey['Plaintext'])
})

it.skipIf(!hasSm4)('refuses an SM4 blob with a bit flipped in any byte, or cut at any (needs sm4)', () => {
  const material = Buffer.alloc(16, 7)
  const id = '86a9efd9-3d16-4894-bd4f-1fc43f3f2abf'
  const blob = sm4Blob.seal(id, material, Buffer.from('13800138000'), { a: 'b' })
  expect(Buffer.from(sm4Blob.open(blob, material, { a: 'b' }) ?? []).toString()).toBe('13800138000')
  for (let at = 0; at < blob.length; at++) {
    const changed = Buffer.from(blob)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(sm4Blob.open(changed, material, { a: 'b' })).toBeUndefined()
    expect(sm4Blob.open(blob.subarray(0, at), material, { a: 'b' })).toBeUndefined()
  }
  expect(sm4Blob.open(blob, Buffer.alloc(16, 8), { a: 'b' })).toBeUndefined()
})

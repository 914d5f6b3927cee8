import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto'
import { expect, it } from 'vitest'
import { type RawClient, startRawClient } from './raw-client.js'

const DAY_MS = 86_400_000
const plaintext = 'MTM4MDAxMzgwMDA='

async function createKey({ call }: RawClient, fields: object = {}): Promise<string> {
  const { keyMetadata } = await call('CreateKey', fields)
  return keyMetadata.keyId
}

async function describe({ call }: RawClient, keyId: string): Promise<Readonly<Record<string, unknown>>> {
  return (await call('DescribeKey', { keyId })).keyMetadata
}

it('rotates a key by its policy, and decrypts what older versions encrypted', async () => {
  await using raw = await startRawClient()
  const keyId = await createKey(raw)
  const { ciphertextBlob, keyVersionId } = await raw.call('Encrypt', { keyId, plaintext })
  await raw.call('UpdateRotationPolicy', { keyId, enableAutomaticRotation: true, rotationInterval: '30d' })
  expect(await describe(raw, keyId)).toMatchObject({
    automaticRotation: 'Enabled',
    rotationInterval: '2592000s',
    nextRotationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  })
  raw.clock.pass(31 * DAY_MS)
  const after = await raw.call('Encrypt', { keyId, plaintext })
  expect(after.keyVersionId).not.toBe(keyVersionId)
  expect(await raw.call('Decrypt', { ciphertextBlob })).toMatchObject({ plaintext, keyVersionId })
  expect(await raw.call('ListKeyVersions', { keyId })).toMatchObject({ totalCount: 2 })
  await raw.call('DisableKey', { keyId })
  expect(await describe(raw, keyId)).toMatchObject({ automaticRotation: 'Suspended' })
  await raw.call('EnableKey', { keyId })
  await raw.call('UpdateRotationPolicy', { keyId, enableAutomaticRotation: false })
  expect(await describe(raw, keyId)).toMatchObject({ automaticRotation: 'Disabled' })
})

it.each(['6d', '731d', '30', 'd', '-30d', '1y', '604799s'])('refuses to rotate every %j', async (rotationInterval) => {
  await using raw = await startRawClient()
  const keyId = await createKey(raw)
  const policy = { keyId, enableAutomaticRotation: true, rotationInterval }
  await expect(raw.call('UpdateRotationPolicy', policy)).rejects.toMatchObject({ code: 'InvalidParameterError' })
})

it('makes a version on request, and a key that rotates from its creation', async () => {
  await using raw = await startRawClient()
  const keyId = await createKey(raw, { enableAutomaticRotation: true })
  expect(await describe(raw, keyId)).toMatchObject({ automaticRotation: 'Enabled', rotationInterval: '31536000s' })
  const { keyVersion } = await raw.call('CreateKeyVersion', { keyId })
  expect(await describe(raw, keyId)).toMatchObject({ primaryKeyVersion: keyVersion.keyVersionId })
})

it('encrypts anew under another key and context without showing the plaintext', async () => {
  await using raw = await startRawClient()
  const [one, two] = [await createKey(raw), await createKey(raw)]
  const [from, to] = [JSON.stringify({ row: '7' }), JSON.stringify({ row: '8' })]
  const { ciphertextBlob } = await raw.call('Encrypt', { keyId: one, plaintext, encryptionContext: from })
  const request = { CiphertextBlob: ciphertextBlob, DestinationKeyId: two, DestinationEncryptionContext: to }
  const moved = await raw.request('ReEncrypt', { ...request, SourceEncryptionContext: from })
  expect(moved).toMatchObject({ KeyId: two })
  expect(moved['Plaintext']).toBeUndefined()
  const opened = { ciphertextBlob: moved['CiphertextBlob'], encryptionContext: to }
  expect(await raw.call('Decrypt', opened)).toMatchObject({ plaintext, keyId: two })
  await expect(raw.request('ReEncrypt', request)).rejects.toMatchObject({ code: 'InvalidParameterError' })
})

it('tags a key, lists its tags and takes them off', async () => {
  await using raw = await startRawClient()
  const keyId = await createKey(raw)
  await raw.call('TagResource', {
    keyId,
    tags: '[{"TagKey":"部门","TagValue":"财务"},{"TagKey":"env","TagValue":"ci"}]',
  })
  await raw.call('TagResource', { keyId, tags: '[{"TagKey":"env","TagValue":"prod"}]' })
  expect((await raw.call('ListResourceTags', { keyId })).tags.tag).toMatchObject([
    { keyId, tagKey: '部门', tagValue: '财务' },
    { keyId, tagKey: 'env', tagValue: 'prod' },
  ])
  await raw.call('UntagResource', { keyId, tagKeys: '["env"]' })
  expect((await raw.call('ListResourceTags', { keyId })).tags.tag).toMatchObject([{ tagKey: '部门' }])
})

it.each(['{}', '[]', '[{}]', 'x', '[{"TagKey":""}]', '[{"TagKey":"acs:x"}]', '[{"TagKey":"a"},{"TagKey":"a"}]', '[1]'])(
  'refuses the tags %j',
  async (tags) => {
    await using raw = await startRawClient()
    const keyId = await createKey(raw)
    await expect(raw.call('TagResource', { keyId, tags })).rejects.toMatchObject({ code: 'InvalidParameterError' })
  },
)

it('keeps at most 20 tags', async () => {
  await using raw = await startRawClient()
  const keyId = await createKey(raw)
  const tags = JSON.stringify(Array.from({ length: 21 }, (_, number) => ({ TagKey: `${number}`, TagValue: '' })))
  await expect(raw.call('TagResource', { keyId, tags })).rejects.toMatchObject({ code: 'Rejected.LimitExceededError' })
})

it('changes the description', async () => {
  await using raw = await startRawClient()
  const keyId = await createKey(raw, { description: 'before' })
  await raw.call('UpdateKeyDescription', { keyId, description: '之后' })
  expect(await describe(raw, keyId)).toMatchObject({ description: '之后' })
  await raw.call('ScheduleKeyDeletion', { keyId, pendingWindowInDays: 7 })
  const late = { keyId, description: 'late' }
  await expect(raw.call('UpdateKeyDescription', late)).rejects.toMatchObject({ code: 'Rejected.PendingDeletionError' })
})

it('protects a key from deletion, and destroys it when the window has passed', async () => {
  await using raw = await startRawClient()
  const keyId = await createKey(raw)
  const { ciphertextBlob } = await raw.call('Encrypt', { keyId, plaintext })
  const ProtectedResourceArn = `acs:kms:local:0:key/${keyId}`
  const protect = (EnableDeletionProtection: string) =>
    raw.request('SetDeletionProtection', { ProtectedResourceArn, EnableDeletionProtection })
  await protect('true')
  const described = await raw.request('DescribeKey', { KeyId: keyId })
  expect(described).toMatchObject({ KeyMetadata: { DeletionProtection: 'Enabled' } })
  const schedule = () => raw.call('ScheduleKeyDeletion', { keyId, pendingWindowInDays: 7 })
  await expect(schedule()).rejects.toMatchObject({ code: 'Rejected.DeletionProtectedError' })
  await protect('false')
  await schedule()
  raw.clock.pass(8 * DAY_MS)
  await expect(describe(raw, keyId)).rejects.toMatchObject({ code: 'Forbidden.KeyNotFoundError' })
  await expect(raw.call('Decrypt', { ciphertextBlob })).rejects.toMatchObject({ code: 'InvalidParameterError' })
})

it.each([
  ['RSAES_OAEP_SHA_256', 'sha256'],
  ['RSAES_OAEP_SHA_1', 'sha1'],
])('exports a data key to who has an RSA key, by %s', async (WrappingAlgorithm, oaepHash) => {
  await using raw = await startRawClient()
  const { publicKey, privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const PublicKeyBlob = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  const wrapping = { PublicKeyBlob, WrappingAlgorithm, WrappingKeySpec: 'RSA_2048' }
  const unwrap = (answer: Readonly<Record<string, unknown>>): string => {
    const wrapped = Buffer.from(String(answer['ExportedDataKey']), 'base64')
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, wrapped).toString('base64')
  }
  const KeyId = await createKey(raw)
  const generated = await raw.request('GenerateAndExportDataKey', { KeyId, ...wrapping })
  const ciphertextBlob = String(generated['CiphertextBlob'])
  const opened = await raw.call('Decrypt', { ciphertextBlob })
  expect(unwrap(generated)).toBe(opened.plaintext)
  expect(generated['Plaintext']).toBeUndefined()
  expect(unwrap(await raw.request('ExportDataKey', { CiphertextBlob: ciphertextBlob, ...wrapping }))).toBe(
    opened.plaintext,
  )
  for (const wrong of [{ NumberOfBytes: '1024' }, { PublicKeyBlob: 'AAAA' }, { WrappingKeySpec: 'EC_SM2' }]) {
    const refused = raw.request('GenerateAndExportDataKey', { KeyId, ...wrapping, ...wrong })
    await expect(refused).rejects.toMatchObject({ code: 'InvalidParameterError' })
  }
})

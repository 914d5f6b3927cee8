import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createKey, type Running, start } from './running.js'

const HOUR_MS = 3600_000
const oaep = { RSAES_OAEP_SHA_256: 'sha256', RSAES_OAEP_SHA_1: 'sha1' } as const

interface Import {
  readonly algorithm?: keyof typeof oaep
  readonly expires?: number
}

async function importMaterial(
  running: Running,
  KeyId: string,
  material: Uint8Array,
  { algorithm = 'RSAES_OAEP_SHA_256', expires }: Import = {},
) {
  const asked = { Action: 'GetParametersForImport', KeyId, WrappingAlgorithm: algorithm, WrappingKeySpec: 'RSA_2048' }
  const { PublicKey, ImportToken } = await running.call(asked)
  const EncryptedKeyMaterial = wrap(`${PublicKey}`, material, algorithm)
  const expiry = expires === undefined ? {} : { KeyMaterialExpireUnix: `${Math.floor(expires / 1000)}` }
  return running.call({
    Action: 'ImportKeyMaterial',
    KeyId,
    EncryptedKeyMaterial,
    ImportToken: `${ImportToken}`,
    ...expiry,
  })
}

function wrap(publicKey: string, material: Uint8Array, algorithm: keyof typeof oaep = 'RSAES_OAEP_SHA_256'): string {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  return publicEncrypt({ key, padding, oaepHash: oaep[algorithm] }, material).toString('base64')
}

async function stateOf(running: Running, KeyId: string): Promise<Record<string, string>> {
  const { KeyMetadata } = await running.call({ Action: 'DescribeKey', KeyId })
  return KeyMetadata as Record<string, string>
}

it.each(['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'] as const)(
  'takes material that is wrapped by %s',
  async (algorithm) => {
    const running = await start()
    const { KeyId } = await createKey(running, { Origin: 'EXTERNAL' })
    expect(await stateOf(running, KeyId)).toMatchObject({ KeyState: 'PendingImport', Origin: 'EXTERNAL' })
    const encrypt = { Action: 'Encrypt', KeyId, Plaintext: 'x' }
    expect(await running.call(encrypt)).toMatchObject({ HttpStatus: 409, Code: 'Rejected.PendingImport' })
    await importMaterial(running, KeyId, randomBytes(32), { algorithm })
    const { CiphertextBlob } = await running.call(encrypt)
    expect(await running.call({ Action: 'Decrypt', CiphertextBlob: `${CiphertextBlob}` })).toMatchObject({
      Plaintext: 'x',
    })
    expect(await stateOf(running, KeyId)).toMatchObject({ KeyState: 'Enabled' })
  },
)

it('takes the same material again, and none other', async () => {
  const running = await start()
  const { KeyId } = await createKey(running, { Origin: 'EXTERNAL' })
  const material = randomBytes(32)
  await importMaterial(running, KeyId, material)
  const { CiphertextBlob } = await running.call({ Action: 'Encrypt', KeyId, Plaintext: 'x' })
  expect(await running.call({ Action: 'DeleteKeyMaterial', KeyId })).toEqual({ RequestId: expect.any(String) })
  const decrypt = { Action: 'Decrypt', CiphertextBlob: `${CiphertextBlob}` }
  expect(await running.call(decrypt)).toMatchObject({ Code: 'Rejected.PendingImport' })
  expect(await importMaterial(running, KeyId, randomBytes(32))).toMatchObject({ Code: 'InvalidKeyMaterial' })
  expect(await importMaterial(running, KeyId, randomBytes(16))).toMatchObject({ Code: 'InvalidKeyMaterial' })
  await importMaterial(running, KeyId, material)
  expect(await running.call(decrypt)).toMatchObject({ Plaintext: 'x' })
})

it('forgets material that has expired, on disk too, until it is imported again', async () => {
  const running = await start()
  const { KeyId } = await createKey(running, { Origin: 'EXTERNAL' })
  const material = randomBytes(32)
  const expires = Date.now() + HOUR_MS
  await importMaterial(running, KeyId, material, { expires })
  expect(await stateOf(running, KeyId)).toMatchObject({
    MaterialExpireTime: `${new Date(expires).toISOString().slice(0, 19)}Z`,
  })
  const { CiphertextBlob } = await running.call({ Action: 'Encrypt', KeyId, Plaintext: 'x' })
  const before = Buffer.concat(logs(running))
  running.later(HOUR_MS)
  await running.service.upkeep()
  expect(await stateOf(running, KeyId)).toMatchObject({ KeyState: 'PendingImport' })
  expect(running.service.describeKey(KeyId).allMaterial.length).toBe(0)
  expect(Buffer.concat(logs(running)).includes(before.subarray(-64))).toBe(false)
  await importMaterial(running, KeyId, material)
  expect(await running.call({ Action: 'Decrypt', CiphertextBlob: `${CiphertextBlob}` })).toMatchObject({
    Plaintext: 'x',
  })
})

function logs({ folder }: Running): Buffer[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('keys'))
    .map((name) => readFileSync(join(folder, name)))
}

it('refuses a token that is another key’s, expired, or none', async () => {
  const running = await start()
  const [one, two] = [
    await createKey(running, { Origin: 'EXTERNAL' }),
    await createKey(running, { Origin: 'EXTERNAL', KeySpec: 'Aliyun_AES_128' }),
  ]
  const asked = {
    Action: 'GetParametersForImport',
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  }
  const { PublicKey, ImportToken, TokenExpireTime } = await running.call({ ...asked, KeyId: one.KeyId })
  expect(Date.parse(`${TokenExpireTime}`) - Date.now()).toBeGreaterThan(23 * HOUR_MS)
  const imported = {
    Action: 'ImportKeyMaterial',
    EncryptedKeyMaterial: wrap(`${PublicKey}`, randomBytes(16)),
    ImportToken: `${ImportToken}`,
  }
  expect(await running.call({ ...imported, KeyId: two.KeyId })).toMatchObject({ Code: 'InvalidImportToken' })
  for (const none of ['AAAA', `${ImportToken}`.replace(/^./, (mark) => (mark === 'A' ? 'B' : 'A'))]) {
    const refused = await running.call({ ...imported, KeyId: one.KeyId, ImportToken: none })
    expect(refused).toMatchObject({ HttpStatus: 400, Code: 'InvalidImportToken' })
  }
  const unwrapped = { ...imported, KeyId: one.KeyId, EncryptedKeyMaterial: randomBytes(256).toString('base64') }
  expect(await running.call(unwrapped)).toMatchObject({ Code: 'InvalidKeyMaterial' })
  running.later(24 * HOUR_MS)
  // The clock of the signature is the server's own.
  expect(await running.call({ ...imported, KeyId: one.KeyId })).toMatchObject({ Code: 'ExpiredImportToken' })
})

it('imports into keys of the origin EXTERNAL only, which are symmetric and do not rotate', async () => {
  const running = await start()
  const asked = {
    Action: 'GetParametersForImport',
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  }
  expect(await running.call({ ...asked, KeyId: 'alias/one' })).toMatchObject({ Code: 'Unsupported.Origin' })
  const deleted = { Action: 'DeleteKeyMaterial', KeyId: 'alias/one' }
  expect(await running.call(deleted)).toMatchObject({ Code: 'Unsupported.Origin' })
  const create = { Action: 'CreateKey', Origin: 'EXTERNAL' }
  expect(await running.call({ ...create, KeySpec: 'RSA_2048' })).toMatchObject({ Code: 'Unsupported.Origin' })
  const rotating = { ...create, EnableAutomaticRotation: 'true', RotationInterval: '30d' }
  expect(await running.call(rotating)).toMatchObject({ Code: 'InvalidParameter' })
  const { KeyId } = await createKey(running, { Origin: 'EXTERNAL' })
  await importMaterial(running, KeyId, randomBytes(32))
  expect(await running.call({ Action: 'CreateKeyVersion', KeyId })).toMatchObject({ Code: 'Unsupported.Origin' })
})

it('schedules and cancels the deletion of a key without material', async () => {
  const running = await start()
  const { KeyId } = await createKey(running, { Origin: 'EXTERNAL' })
  await running.call({ Action: 'ScheduleKeyDeletion', KeyId, PendingWindowInDays: '7' })
  const refused = await importMaterial(running, KeyId, randomBytes(32))
  expect(refused).toMatchObject({ HttpStatus: 409, Code: 'Rejected.StateModifiedFailed' })
  await running.call({ Action: 'CancelKeyDeletion', KeyId })
  expect(await stateOf(running, KeyId)).toMatchObject({ KeyState: 'PendingImport' })
})

it('takes material that is wrapped by PKCS #1 v1.5, and refuses a padding that is wrong', async () => {
  const running = await start()
  const { KeyId } = await createKey(running, { Origin: 'EXTERNAL' })
  const { key, ImportToken } = await parametersFor(running, KeyId, 'RSAES_PKCS1_V1_5')
  const pkcs1 = { key, padding: constants.RSA_PKCS1_PADDING }
  const attempt = (wrapped: Buffer) =>
    running.call({
      Action: 'ImportKeyMaterial',
      KeyId,
      ImportToken,
      EncryptedKeyMaterial: wrapped.toString('base64'),
    })
  const whole = publicEncrypt(pkcs1, randomBytes(32))
  const flipped = Buffer.from(whole)
  flipped[128] = (flipped[128] as number) ^ 1
  for (const wrong of [
    publicEncrypt(pkcs1, randomBytes(31)),
    publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, randomBytes(32)),
    flipped,
    whole.subarray(1),
    Buffer.alloc(256, 0xff),
  ]) {
    expect(await attempt(wrong)).toMatchObject({ HttpStatus: 400, Code: 'InvalidKeyMaterial' })
  }
  expect(await attempt(whole)).toEqual({ RequestId: expect.any(String) })
})

it.each(['RSAES_PKCS1_V1_5', 'RSAES_OAEP_SHA_256'])(
  'tells of a wrong padding of %s too seldom to learn anything by it',
  async (algorithm) => {
    const running = await start()
    const { KeyId } = await createKey(running, { Origin: 'EXTERNAL' })
    const { key, ImportToken } = await parametersFor(running, KeyId, algorithm)
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
    const right = publicEncrypt(
      algorithm === 'RSAES_PKCS1_V1_5' ? { key, padding: constants.RSA_PKCS1_PADDING } : { key, ...padding },
      randomBytes(32),
    ).toString('base64')
    const attempt = { Action: 'ImportKeyMaterial', KeyId, ImportToken }
    const wrong = { ...attempt, EncryptedKeyMaterial: Buffer.alloc(256, 1).toString('base64') }
    for (let time = 0; time < 16; time++) {
      expect(await running.call(wrong)).toMatchObject({ Code: 'InvalidKeyMaterial' })
    }
    expect(await running.call(wrong)).toMatchObject({ Code: 'InvalidImportToken' })
    expect(
      await running.call({ ...attempt, ImportToken: ` ${ImportToken}`, EncryptedKeyMaterial: right }),
    ).toMatchObject({ Code: 'InvalidImportToken' })
    expect(await importMaterial(running, KeyId, randomBytes(32))).toEqual({ RequestId: expect.any(String) })
  },
)

async function parametersFor(running: Running, KeyId: string, WrappingAlgorithm: string) {
  const asked = { Action: 'GetParametersForImport', KeyId, WrappingKeySpec: 'RSA_2048', WrappingAlgorithm }
  const { PublicKey, ImportToken } = await running.call(asked)
  const key = createPublicKey({ key: Buffer.from(`${PublicKey}`, 'base64'), format: 'der', type: 'spki' })
  return { key, ImportToken: `${ImportToken}` }
}

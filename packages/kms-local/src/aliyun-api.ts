import { KmsFault } from './faults.js'
import { ARN_PREFIX, type KeyService } from './key-service.js'
import type { Key, KeyVersion } from './keys.js'
import type { Parameters } from './parameters.js'

/** One operation: reads its parameters, does its work and gives the fields of its answer beside the request id. */
export type Operation = (service: KeyService, parameters: Parameters) => Promise<object> | object

/**
 * The operations of Alibaba Cloud KMS, version 2016-01-20, that this service offers, by the name of their action.
 * Fields, limits and list nesting are as documented; absent fields are left out.
 */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['Encrypt', encrypt],
  ['Decrypt', decrypt],
  ['GenerateDataKey', (service, parameters) => generateDataKey(service, parameters, true)],
  ['GenerateDataKeyWithoutPlaintext', (service, parameters) => generateDataKey(service, parameters, false)],
  ['CreateKey', createKey],
  ['DescribeKey', (service, parameters) => ({ KeyMetadata: describe(service.describeKey(parameters.text('KeyId'))) })],
  ['ListKeys', listKeys],
  ['ListKeyVersions', listKeyVersions],
  ['DescribeKeyVersion', describeKeyVersion],
  ['EnableKey', (service, parameters) => done(service.enableKey(parameters.text('KeyId')))],
  ['DisableKey', (service, parameters) => done(service.disableKey(parameters.text('KeyId')))],
  ['ScheduleKeyDeletion', scheduleKeyDeletion],
  ['CancelKeyDeletion', (service, parameters) => done(service.cancelKeyDeletion(parameters.text('KeyId')))],
  ['CreateAlias', (service, parameters) => done(service.createAlias(...aliasAndKey(parameters)))],
  ['UpdateAlias', (service, parameters) => done(service.updateAlias(...aliasAndKey(parameters)))],
  ['DeleteAlias', (service, parameters) => done(service.deleteAlias(parameters.text('AliasName')))],
  ['ListAliases', (service, parameters) => listAliases(service, parameters)],
  ['ListAliasesByKeyId', listAliasesByKeyId],
  ['DescribeRegions', () => ({ Regions: { Region: [{ RegionId: 'local' }] } })],
])

function encrypt(service: KeyService, parameters: Parameters): object {
  parameters.refuse('DryRun')
  const keyId = parameters.text('KeyId')
  const text = Buffer.from(parameters.text('Plaintext', { empty: true }))
  const { blob, ...use } = service.encrypt(keyId, text, parameters.context('EncryptionContext'))
  text.fill(0)
  return { CiphertextBlob: base64(blob), KeyId: use.keyId, KeyVersionId: use.keyVersionId }
}

function decrypt(service: KeyService, parameters: Parameters): object {
  parameters.refuse('DryRun', 'Recipient')
  const blob = parameters.base64('CiphertextBlob')
  const { text, ...use } = service.decrypt(blob, parameters.context('EncryptionContext'))
  const plaintext = Buffer.from(text.buffer).toString()
  text.fill(0)
  return { Plaintext: plaintext, KeyId: use.keyId, KeyVersionId: use.keyVersionId }
}

const DATA_KEY_BYTES = { AES_256: 32, AES_128: 16 } as const

/** KeySpec is not looked at where NumberOfBytes is given: Alibaba's own SDKs send the two in contradiction. */
function generateDataKey(service: KeyService, parameters: Parameters, withPlaintext: boolean): object {
  parameters.refuse('DryRun', 'Recipient')
  const keyId = parameters.text('KeyId')
  const length = parameters.has('NumberOfBytes')
    ? parameters.integer('NumberOfBytes', { min: 1, max: 1024 })
    : DATA_KEY_BYTES[parameters.choice('KeySpec', ['AES_256', 'AES_128'])]
  const { text, blob, ...use } = service.generateDataKey(keyId, length, parameters.context('EncryptionContext'))
  const plaintext = withPlaintext ? { Plaintext: Buffer.from(text.buffer).toString() } : {}
  text.fill(0)
  return { CiphertextBlob: base64(blob), ...plaintext, KeyId: use.keyId, KeyVersionId: use.keyVersionId }
}

async function createKey(service: KeyService, parameters: Parameters): Promise<object> {
  parameters.choice('KeySpec', ['Aliyun_AES_256'])
  parameters.choice('KeyUsage', ['ENCRYPT/DECRYPT'])
  parameters.choice('Origin', ['Aliyun_KMS'])
  parameters.choice('ProtectionLevel', ['SOFTWARE'])
  parameters.choice('EnableAutomaticRotation', ['false'])
  parameters.refuse('DKMSInstanceId', 'KeyStorageMechanism', 'Policy', 'RotationInterval', 'Tags')
  return { KeyMetadata: describe(await service.createKey(parameters.optionalText('Description', 8192))) }
}

async function scheduleKeyDeletion(service: KeyService, parameters: Parameters): Promise<object> {
  const keyId = parameters.text('KeyId')
  return done(service.scheduleKeyDeletion(keyId, parameters.integer('PendingWindowInDays', { min: 7, max: 366 })))
}

function listKeys({ keys }: KeyService, parameters: Parameters): object {
  parameters.refuse('Filters')
  const { page, items } = paginate(keys, parameters)
  return { ...page, Keys: { Key: items.map(({ metadata: { id } }) => ({ KeyId: id, KeyArn: keyArn(id) })) } }
}

function listKeyVersions(service: KeyService, parameters: Parameters): object {
  const key = service.describeKey(parameters.text('KeyId'))
  const { page, items } = paginate(key.metadata.versions, parameters)
  return { ...page, KeyVersions: { KeyVersion: items.map((version) => describeVersion(key, version)) } }
}

function describeKeyVersion(service: KeyService, parameters: Parameters): object {
  const key = service.describeKey(parameters.text('KeyId'))
  const versionId = parameters.text('KeyVersionId')
  const version = key.metadata.versions.find(({ id }) => id === versionId)
  if (!version) throw new KmsFault('Forbidden.KeyVersionNotFound')
  return { KeyVersion: describeVersion(key, version) }
}

function listAliasesByKeyId(service: KeyService, parameters: Parameters): object {
  return listAliases(service, parameters, service.describeKey(parameters.text('KeyId')).metadata.id)
}

function listAliases({ aliases }: KeyService, parameters: Parameters, ofKey?: string): object {
  const { page, items } = paginate(
    aliases.filter(({ keyId }) => ofKey === undefined || keyId === ofKey),
    parameters,
  )
  const Alias = items.map(({ name, keyId }) => ({ KeyId: keyId, AliasName: name, AliasArn: `${ARN_PREFIX}${name}` }))
  return { ...page, Aliases: { Alias } }
}

function describe(key: Key): object {
  const { id, state, description, created, deleteAt } = key.metadata
  return {
    KeyId: id,
    Arn: keyArn(id),
    KeyState: state,
    KeyUsage: 'ENCRYPT/DECRYPT',
    KeySpec: 'Aliyun_AES_256',
    Origin: 'Aliyun_KMS',
    ProtectionLevel: 'SOFTWARE',
    Creator: '0',
    CreationDate: created,
    Description: description,
    PrimaryKeyVersion: key.primaryVersion.id,
    LastRotationDate: key.primaryVersion.created,
    AutomaticRotation: 'Disabled',
    DeletionProtection: 'Disabled',
    ...(deleteAt === undefined ? {} : { DeleteDate: deleteAt }),
  }
}

function describeVersion(key: Key, { id, created }: KeyVersion): object {
  return { KeyId: key.metadata.id, KeyVersionId: id, CreationDate: created }
}

function paginate<T>(all: readonly T[], parameters: Parameters): { page: object; items: readonly T[] } {
  const PageNumber = parameters.integer('PageNumber', { min: 1, max: 999_999_999, fallback: 1 })
  const PageSize = parameters.integer('PageSize', { min: 1, max: 100, fallback: 10 })
  const start = (PageNumber - 1) * PageSize
  return { page: { TotalCount: all.length, PageNumber, PageSize }, items: all.slice(start, start + PageSize) }
}

function aliasAndKey(parameters: Parameters): [name: string, keyId: string] {
  return [parameters.text('AliasName'), parameters.text('KeyId')]
}

async function done(work: Promise<void>): Promise<object> {
  await work
  return {}
}

function keyArn(id: string): string {
  return `${ARN_PREFIX}key/${id}`
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

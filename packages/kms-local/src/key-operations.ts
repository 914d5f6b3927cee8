import { KmsFault } from './faults.js'
import type { KeyDetails } from './key-details.js'
import { ARN_PREFIX } from './key-names.js'
import type { KeyService } from './key-service.js'
import { keySpecNames, keySpecs, specNameOf, usageOf } from './key-specs.js'
import { notPending } from './key-states.js'
import { type Key, timestamp } from './keys.js'
import { done, type OperationTable, paginate } from './operation.js'
import type { Parameters } from './parameters.js'
import { DEFAULT_ROTATION_SECONDS, nextRotation, parseInterval } from './rotation.js'
import { addTags, parseTags } from './tags.js'

/** The life of a key. */
export const keyOperations: OperationTable = {
  CreateKey: createKey,
  DescribeKey: (service, parameters) => ({ KeyMetadata: describe(service.describeKey(parameters.text('KeyId'))) }),
  ListKeys: listKeys,
  EnableKey: (service, parameters) => done(service.enableKey(parameters.text('KeyId'))),
  DisableKey: (service, parameters) => done(service.disableKey(parameters.text('KeyId'))),
  ScheduleKeyDeletion: scheduleKeyDeletion,
  CancelKeyDeletion: (service, parameters) => done(service.cancelKeyDeletion(parameters.text('KeyId'))),
  SetDeletionProtection: setDeletionProtection,
  UpdateKeyDescription: updateKeyDescription,
}

async function createKey(service: KeyService, parameters: Parameters): Promise<object> {
  if (parameters.choice('ProtectionLevel', ['SOFTWARE', 'HSM']) === 'HSM')
    throw new KmsFault('Unsupported.ProtectionLevel')
  parameters.refuse('DKMSInstanceId', 'KeyStorageMechanism', 'Policy')
  const description = parameters.optionalText('Description', MAX_DESCRIPTION)
  return { KeyMetadata: describe(await service.createKey(description, details(parameters))) }
}

const MAX_DESCRIPTION = 8192

function details(parameters: Parameters): KeyDetails {
  const spec = parameters.choice('KeySpec', keySpecNames)
  const { usages, blob, materialBytes } = keySpecs[spec]
  const usage = parameters.choice('KeyUsage', usages)
  const isExternal = parameters.choice('Origin', ['Aliyun_KMS', 'EXTERNAL']) === 'EXTERNAL'
  if (isExternal && materialBytes === undefined) throw new KmsFault('Unsupported.Origin')
  const rotation = rotationOf(parameters)
  const rotates = rotation.rotationSeconds !== undefined
  if (rotates && (isExternal || !blob)) throw new KmsFault('InvalidParameter', 'EnableAutomaticRotation')
  return {
    spec,
    usage,
    ...rotation,
    ...(isExternal ? { external: {} } : {}),
    ...(parameters.has('Tags') ? { tags: addTags({}, parseTags(parameters.text('Tags'))) } : {}),
  }
}

function rotationOf(parameters: Parameters): Pick<KeyDetails, 'rotationSeconds'> {
  const rotates = parameters.flag('EnableAutomaticRotation', { fallback: false })
  const interval = parameters.optionalText('RotationInterval', 16)
  const rotationSeconds = interval === undefined ? DEFAULT_ROTATION_SECONDS : parseInterval(interval)
  return rotates ? { rotationSeconds } : {}
}

async function scheduleKeyDeletion(service: KeyService, parameters: Parameters): Promise<object> {
  const keyId = parameters.text('KeyId')
  return done(service.scheduleKeyDeletion(keyId, parameters.integer('PendingWindowInDays', { min: 7, max: 366 })))
}

async function setDeletionProtection(service: KeyService, parameters: Parameters): Promise<object> {
  const on = parameters.flag('EnableDeletionProtection')
  const reason = parameters.optionalText('DeletionProtectionDescription', MAX_DESCRIPTION) ?? ''
  const change = { deletionProtection: on ? reason : undefined }
  return done(service.changeKey(parameters.text('ProtectedResourceArn'), (key) => notPending(key).with(change)))
}

async function updateKeyDescription(service: KeyService, parameters: Parameters): Promise<object> {
  parameters.text('Description', { empty: true })
  const description = parameters.optionalText('Description', MAX_DESCRIPTION) ?? ''
  return done(service.changeKey(parameters.text('KeyId'), (key) => notPending(key).with({ description })))
}

function listKeys({ keys }: KeyService, parameters: Parameters): object {
  const filters = parseFilters(parameters.find('Filters') ?? '[]')
  const { page, items } = paginate(
    keys.filter((key) => filters.every(({ name, values }) => values.includes(filterable[name](key)))),
    parameters,
  )
  return { ...page, Keys: { Key: items.map(({ metadata: { id } }) => ({ KeyId: id, KeyArn: keyArn(id) })) } }
}

const filterable = {
  KeyState: (key: Key): string => key.metadata.state,
  KeySpec: specNameOf as (key: Key) => string,
  KeyUsage: usageOf as (key: Key) => string,
  ProtectionLevel: (): string => 'SOFTWARE',
}

/** Reads `[{"Key":"KeyState","Values":["Enabled"]}]`. @throws KmsFault InvalidParameter */
function parseFilters(text: string): readonly { name: keyof typeof filterable; values: readonly unknown[] }[] {
  try {
    return (JSON.parse(text) as { Key: string; Values: unknown[] }[]).map(({ Key, Values }) => {
      if (!Object.hasOwn(filterable, Key) || !Array.isArray(Values)) throw new TypeError('No filter')
      return { name: Key as keyof typeof filterable, values: Values }
    })
  } catch {
    throw new KmsFault('InvalidParameter', 'Filters')
  }
}

function describe(key: Key): object {
  const { id, state, description, created, deleteAt, external } = key.metadata
  return {
    KeyId: id,
    Arn: keyArn(id),
    KeyState: state,
    KeyUsage: usageOf(key),
    KeySpec: specNameOf(key),
    Origin: external ? 'EXTERNAL' : 'Aliyun_KMS',
    ProtectionLevel: 'SOFTWARE',
    Creator: '0',
    CreationDate: created,
    Description: description,
    PrimaryKeyVersion: key.primaryVersion.id,
    LastRotationDate: key.primaryVersion.created,
    ...describeRotation(key),
    ...describeProtection(key),
    ...(external?.expires === undefined ? {} : { MaterialExpireTime: external.expires }),
    ...(deleteAt === undefined ? {} : { DeleteDate: deleteAt }),
  }
}

function describeRotation(key: Key): object {
  const { rotationSeconds, state } = key.metadata
  if (rotationSeconds === undefined) return { AutomaticRotation: 'Disabled' }
  const RotationInterval = `${rotationSeconds}s`
  if (state !== 'Enabled') return { AutomaticRotation: 'Suspended', RotationInterval }
  const NextRotationDate = timestamp(new Date(nextRotation(key)))
  return { AutomaticRotation: 'Enabled', RotationInterval, NextRotationDate }
}

function describeProtection({ metadata: { deletionProtection } }: Key): object {
  if (deletionProtection === undefined) return { DeletionProtection: 'Disabled' }
  return { DeletionProtection: 'Enabled', DeletionProtectionDescription: deletionProtection }
}

function keyArn(id: string): string {
  return `${ARN_PREFIX}key/${id}`
}

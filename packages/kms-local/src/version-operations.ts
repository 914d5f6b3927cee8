import { KmsFault } from './faults.js'
import type { KeyService } from './key-service.js'
import type { Key, KeyVersion } from './keys.js'
import { done, type OperationTable, paginate } from './operation.js'
import type { Parameters } from './parameters.js'
import { withRotation } from './rotation.js'

/** Versions of keys, and the policy that makes them. */
export const versionOperations: OperationTable = {
  CreateKeyVersion: createKeyVersion,
  ListKeyVersions: listKeyVersions,
  DescribeKeyVersion: describeKeyVersion,
  UpdateRotationPolicy: updateRotationPolicy,
}

async function createKeyVersion(service: KeyService, parameters: Parameters): Promise<object> {
  const keyId = parameters.text('KeyId')
  await service.rotateKey(keyId)
  const key = service.describeKey(keyId)
  return { KeyVersion: describeVersion(key, key.primaryVersion) }
}

async function updateRotationPolicy(service: KeyService, parameters: Parameters): Promise<object> {
  const keyId = parameters.text('KeyId')
  const on = parameters.flag('EnableAutomaticRotation')
  const interval = on ? parameters.text('RotationInterval') : undefined
  return done(service.changeKey(keyId, (key) => withRotation(key, interval)))
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

function describeVersion(key: Key, { id, created }: KeyVersion): object {
  return { KeyId: key.metadata.id, KeyVersionId: id, CreationDate: created }
}

import type { KeyService } from './key-service.js'
import { notPending } from './key-states.js'
import { done, type OperationTable } from './operation.js'
import type { Parameters } from './parameters.js'
import { addTags, parseTagKeys, parseTags, removeTags } from './tags.js'

/** Tags of keys; those of secrets and certificates are not offered. */
export const tagOperations: OperationTable = {
  TagResource: tagResource,
  UntagResource: untagResource,
  ListResourceTags: listResourceTags,
}

async function tagResource(service: KeyService, parameters: Parameters): Promise<object> {
  const keyId = keyOf(parameters)
  const added = parseTags(parameters.text('Tags'))
  return done(
    service.changeKey(keyId, (key) => notPending(key).with({ tags: addTags(key.metadata.tags ?? {}, added) })),
  )
}

async function untagResource(service: KeyService, parameters: Parameters): Promise<object> {
  const keyId = keyOf(parameters)
  const removed = parseTagKeys(parameters.text('TagKeys'))
  return done(
    service.changeKey(keyId, (key) => notPending(key).with({ tags: removeTags(key.metadata.tags ?? {}, removed) })),
  )
}

function listResourceTags(service: KeyService, parameters: Parameters): object {
  const { id, tags = {} } = service.describeKey(keyOf(parameters)).metadata
  return { Tags: { Tag: Object.entries(tags).map(([TagKey, TagValue]) => ({ KeyId: id, TagKey, TagValue })) } }
}

function keyOf(parameters: Parameters): string {
  parameters.refuse('SecretName', 'CertificateId')
  return parameters.text('KeyId')
}

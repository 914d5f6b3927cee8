import { KmsFault } from './faults.js'
import type { KeyService } from './key-service.js'
import { notPending } from './key-states.js'
import { done, type OperationTable } from './operation.js'
import type { Parameters } from './parameters.js'
import { addTags, checkTags, parseTagKeys, parseTags, removeTags } from './tags.js'

/** Tags of keys; those of secrets and certificates are not offered. The plural ones are how all of the cloud's services tag. */
export const tagOperations: OperationTable = {
  TagResource: tagResource,
  UntagResource: untagResource,
  ListResourceTags: listResourceTags,
  TagResources: tagResources,
  UntagResources: untagResources,
  ListTagResources: listTagResources,
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

async function tagResources(service: KeyService, parameters: Parameters): Promise<object> {
  const added = addTags({}, checkTags(parameters.records('Tag'), 'Tag'))
  for (const keyId of resourcesOf(parameters)) {
    await service.changeKey(keyId, (key) => notPending(key).with({ tags: addTags(key.metadata.tags ?? {}, added) }))
  }
  return {}
}

async function untagResources(service: KeyService, parameters: Parameters): Promise<object> {
  const all = parameters.flag('All', { fallback: false })
  const removed = parameters.list('TagKey')
  if (!all && removed.length === 0) throw new KmsFault('MissingParameter', 'TagKey')
  for (const keyId of resourcesOf(parameters)) {
    await service.changeKey(keyId, (key) =>
      notPending(key).with({ tags: all && removed.length === 0 ? {} : removeTags(key.metadata.tags ?? {}, removed) }),
    )
  }
  return {}
}

/** All on one page: a key has at most 20 tags. */
function listTagResources(service: KeyService, parameters: Parameters): object {
  const wanted = parameters.records('Tag')
  const TagResource = resourcesOf(parameters).flatMap((keyId) => {
    const { id, tags = {} } = service.describeKey(keyId).metadata
    return Object.entries(tags)
      .filter(([key, value]) => wanted.length === 0 || wanted.some(isTag(key, value)))
      .map(([TagKey, TagValue]) => ({ ResourceId: id, ResourceType: 'key', TagKey, TagValue }))
  })
  return { TagResources: { TagResource } }
}

function isTag(key: string, value: string): (wanted: Readonly<Record<string, string>>) => boolean {
  return ({ Key, Value }) => Key === key && (Value === undefined || Value === value)
}

const MAX_RESOURCES = 50

function resourcesOf(parameters: Parameters): readonly string[] {
  parameters.requiredChoice('ResourceType', ['key'])
  const ids = parameters.list('ResourceId')
  if (ids.length === 0) throw new KmsFault('MissingParameter', 'ResourceId')
  if (ids.length > MAX_RESOURCES) throw new KmsFault('InvalidParameter', 'ResourceId')
  return ids
}

function keyOf(parameters: Parameters): string {
  parameters.refuse('SecretName', 'CertificateId')
  return parameters.text('KeyId')
}

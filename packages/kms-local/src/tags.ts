import { KmsFault } from './faults.js'

export type Tags = Readonly<Record<string, string>>

const MAX_TAGS = 20
const MAX_CHARACTERS = 128

/** Reads `[{"TagKey":"…","TagValue":"…"}]`. @throws KmsFault InvalidParameter */
export function parseTags(text: string): Tags {
  const records = parseList(text, 'Tags').map((entry) => {
    const { TagKey, TagValue } = (entry ?? {}) as Record<string, unknown>
    return { Key: TagKey, Value: TagValue }
  })
  return checkTags(records, 'Tags')
}

/** @throws KmsFault InvalidParameter unless there are some, each with a key of its own */
export function checkTags(records: readonly { readonly [name: string]: unknown }[], parameter: string): Tags {
  const entries = records.map(({ Key, Value = '' }): [string, string] => {
    if (!isTagKey(Key) || !isTagText(Value)) throw new KmsFault('InvalidParameter', parameter)
    return [Key, Value]
  })
  const tags = new Map(entries)
  if (entries.length === 0 || tags.size !== entries.length) throw new KmsFault('InvalidParameter', parameter)
  return Object.fromEntries(tags)
}

/** Reads `["…"]`. @throws KmsFault InvalidParameter */
export function parseTagKeys(text: string): readonly string[] {
  const keys = parseList(text, 'TagKeys')
  if (keys.length === 0 || !keys.every(isTagText)) throw new KmsFault('InvalidParameter', 'TagKeys')
  return keys
}

/** @throws KmsFault Rejected.LimitExceeded beyond 20 tags */
export function addTags(tags: Tags, added: Tags): Tags {
  const all = Object.fromEntries([...Object.entries(tags), ...Object.entries(added)])
  if (Object.keys(all).length > MAX_TAGS) throw new KmsFault('Rejected.LimitExceeded')
  return all
}

export function removeTags(tags: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)))
}

function parseList(text: string, parameter: string): unknown[] {
  try {
    const list: unknown = JSON.parse(text)
    if (Array.isArray(list)) return list
  } catch {}
  throw new KmsFault('InvalidParameter', parameter)
}

/** The prefixes are the cloud's own. */
function isTagKey(value: unknown): value is string {
  return isTagText(value) && value !== '' && !/^(aliyun|acs:)/.test(value)
}

function isTagText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_CHARACTERS && value.isWellFormed()
}

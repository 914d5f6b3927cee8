import type { EncryptionContext } from '@parasol/core'

const known = new WeakMap<EncryptionContext, string>()

/** Lengths before texts: equal contexts, and only those, have equal ids, whatever follows. */
export function contextId(context: EncryptionContext): string {
  const before = known.get(context)
  if (before !== undefined) return before
  const keys = Object.keys(context).sort()
  const id = keys.reduce((id, key) => id + lengthAndText(key) + lengthAndText(context[key] ?? ''), `${keys.length}:`)
  // One that may yet be changed is not remembered.
  if (Object.isFrozen(context)) known.set(context, id)
  return id
}

function lengthAndText(text: string): string {
  return `${text.length}:${text}`
}

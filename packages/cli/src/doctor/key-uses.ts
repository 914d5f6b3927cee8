import { parse } from 'yaml'

/** What is asked of a KMS, by the names that RAM policies give it. */
export type KmsAction = 'GenerateDataKey' | 'Encrypt' | 'Decrypt' | 'ReEncrypt' | 'DescribeKey'

/** A key that a configuration names, and what it is used for. */
export interface KeyUse {
  readonly kms: string
  readonly keyId: string
  /** Without these, use cases do not work. */
  readonly needed: ReadonlySet<KmsAction>
}

/**
 * The keys that schemes, their recovery and local stores use, each once.
 *
 * @param sendsValues whether a scheme sends values to its KMS, rather than to ask it for data keys
 */
export function keyUses(text: string, sendsValues: (scheme: string) => boolean | undefined): readonly KeyUse[] {
  const { kms, schemes } = parse(text) as Readonly<Record<'kms' | 'schemes', unknown>>
  const found = new Map<string, { kms: string; keyId: string; needed: Set<KmsAction> }>()
  const add = (key: unknown, actions: readonly KmsAction[]): void => {
    const { kms, keyId } = asObject(key)
    if (typeof kms !== 'string' || typeof keyId !== 'string') return
    const id = JSON.stringify([kms, keyId])
    const use = found.get(id) ?? { kms, keyId, needed: new Set() }
    for (const action of actions) use.needed.add(action)
    found.set(id, use)
  }
  for (const [name, scheme] of Object.entries(asObject(schemes))) {
    const sends = sendsValues(name)
    if (sends === undefined) continue
    add(scheme, sends ? ['Encrypt', 'Decrypt'] : ['GenerateDataKey', 'Decrypt'])
    const { recovery } = asObject(scheme)
    for (const recipient of Array.isArray(recovery) ? recovery : []) add(recipient, ['Encrypt'])
  }
  for (const store of Object.values(asObject(kms))) add(asObject(store)['rootKms'], ['Encrypt', 'Decrypt'])
  return [...found.values()]
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

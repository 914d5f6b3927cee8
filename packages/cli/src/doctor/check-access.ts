import type { openConfig } from '@parasol/config'
import { CryptoError, isAdministered, isReEncrypting, type Kms } from '@parasol/core'
import type { Terminal } from '../terminal.js'
import type { Check } from './check.js'
import { explain } from './check-crypto.js'
import { doctorTexts } from './doctor-texts.js'
import { type KeyUse, type KmsAction, keyUses } from './key-uses.js'

type Crypto = Awaited<ReturnType<typeof openConfig>>

/**
 * Asks of each key what the configuration needs of it, and what commands need that not everybody runs. None of it changes
 * anything at the KMS, so that it is really asked: what a dry run would allow is not what is done.
 */
export async function checkAccess(terminal: Terminal, crypto: Crypto, text: string): Promise<readonly Check[]> {
  const uses = keyUses(text, (scheme) => sendsValues(crypto, scheme))
  const reached = uses.filter(({ kms }) => crypto.kmsNames.includes(kms))
  const checks = await Promise.all(reached.map((use) => checkKey(terminal, crypto.kms(use.kms), use)))
  return checks.flat()
}

async function checkKey(terminal: Terminal, kms: Kms, use: KeyUse): Promise<readonly Check[]> {
  const texts = doctorTexts(terminal)
  const about = `${use.keyId} (${use.kms})`
  const { outcomes, state } = await tryAll(kms, use.keyId, terminal.signal)
  const lasting = [...outcomes.values()].find((error) => error !== undefined && !isRefusal(error))
  // A KMS that is away, or knows nobody of this name, says nothing of what is allowed.
  if (lasting) return [{ check: 'access', state: 'failed', about, message: explain(terminal, lasting) }]
  const refused = [...outcomes].filter(([, error]) => error !== undefined).map(([action]) => action)
  const allowed = [...outcomes.keys()].filter((action) => !refused.includes(action))
  const needed = refused.filter((action) => use.needed.has(action))
  const others = refused.filter((action) => !use.needed.has(action))
  return [
    ...(needed.length === 0
      ? [{ check: 'access', state: 'ok', about, message: texts.mayDo(allowed.join(', ')) } as const]
      : [{ check: 'access', state: 'failed', about, message: texts.mayNotDo(policyActions(needed)) } as const]),
    ...others.flatMap((action): readonly Check[] => {
      const text = withoutIt[action]
      return text ? [{ check: 'access', state: 'warning', about, message: texts[text](policyActions([action])) }] : []
    }),
    ...(state === undefined || state === 'Enabled'
      ? []
      : [{ check: 'key', state: 'warning', about, message: texts.keyState(state) } as const]),
  ]
}

/** What is not possible if an action is refused that use cases do without. Of others that is as it should be. */
const withoutIt: Partial<Record<KmsAction, 'mayNotDescribe' | 'mayNotRenew'>> = {
  DescribeKey: 'mayNotDescribe',
  Encrypt: 'mayNotRenew',
  ReEncrypt: 'mayNotRenew',
}

interface Tried {
  /** Of each action that could be tried. */
  readonly outcomes: ReadonlyMap<KmsAction, unknown>
  readonly state: string | undefined
}

const CONTEXT = { parasol: 'doctor' }

async function tryAll(kms: Kms, keyId: string, signal: AbortSignal): Promise<Tried> {
  const outcomes = new Map<KmsAction, unknown>()
  const options = { signal }
  const attempt = async <T>(action: KmsAction, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      const answer = await work()
      outcomes.set(action, undefined)
      return answer
    } catch (error) {
      if (CryptoError.is(error) && error.code === 'UNSUPPORTED') return undefined
      outcomes.set(action, error)
      return undefined
    }
  }
  const described = isAdministered(kms)
    ? await attempt('DescribeKey', () => kms.keys.describe(keyId, options))
    : undefined
  using dataKey = await attempt('GenerateDataKey', () => kms.generateDataKey(keyId, CONTEXT, options))
  const blob = await attempt('Encrypt', () => kms.encrypt(keyId, Uint8Array.of(1), CONTEXT, options))
  const ciphertext = blob ?? dataKey?.wrapped
  if (ciphertext) {
    const plaintext = await attempt('Decrypt', () => kms.decrypt(ciphertext, CONTEXT, options))
    plaintext?.fill(0)
    if (isReEncrypting(kms)) await attempt('ReEncrypt', () => kms.reEncrypt(ciphertext, keyId, CONTEXT, options))
  }
  return { outcomes, state: described?.state }
}

function isRefusal(error: unknown): boolean {
  return CryptoError.is(error) && error.code === 'ACCESS_DENIED'
}

function policyActions(actions: readonly KmsAction[]): string {
  const all = actions.flatMap((action) => (action === 'DescribeKey' ? TO_DESCRIBE : [action]))
  return all.map((action) => `kms:${action}`).join(', ')
}

const TO_DESCRIBE = ['DescribeKey', 'ListKeyVersions', 'ListResourceTags', 'ListAliasesByKeyId']

/** Undefined for one that no use case reaches. */
function sendsValues(crypto: Crypto, scheme: string): boolean | undefined {
  try {
    return crypto.provider(scheme).traits.plaintextLeavesProcess
  } catch {
    return undefined
  }
}

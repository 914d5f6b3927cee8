import { CryptoError } from '@parasol/core'
import { KmsFault } from './faults.js'

/** Most requests a second of each kind; a kind that is left out has no limit. */
export interface Quotas {
  /** Of what uses keys. */
  readonly crypto?: number
  /** Of what uses key pairs. */
  readonly asymmetric?: number
  readonly createKey?: number
  /** Of what describes and lists. */
  readonly metadata?: number
  /** Of every other change. */
  readonly changes?: number
}

/** What the shared gateway of Alibaba Cloud allows an account in a region. */
export const CLOUD_QUOTAS: Quotas = { crypto: 1000, asymmetric: 200, createKey: 10, metadata: 50, changes: 30 }

/** Reads `crypto=100`: most requests a second of one kind. @throws CryptoError INVALID_INPUT */
export function parseQuota(text: string): Quotas {
  const [, kind = '', number] = /^(\w+)=(\d{1,7})$/.exec(text) ?? []
  if (Object.hasOwn(CLOUD_QUOTAS, kind)) return { [kind]: Number(number) }
  const kinds = Object.keys(CLOUD_QUOTAS).join(', ')
  throw new CryptoError('INVALID_INPUT', `A quota is KIND=NUMBER, where KIND is one of ${kinds}`)
}

/** Counts requests by the second of the clock. */
export class QuotaCounter {
  readonly #quotas: Quotas
  readonly #now: () => Date
  #second = 0
  #counts = new Map<string, number>()

  constructor(quotas: Quotas, now: () => Date = () => new Date()) {
    this.#quotas = quotas
    this.#now = now
  }

  /** @throws KmsFault Rejected.Throttling */
  count(action: string): void {
    const second = Math.floor(this.#now().getTime() / 1000)
    if (second !== this.#second) this.#counts = new Map()
    this.#second = second
    const kind = kindOf(action)
    const count = (this.#counts.get(kind) ?? 0) + 1
    if (count > (this.#quotas[kind] ?? Number.POSITIVE_INFINITY)) throw new KmsFault('Rejected.Throttling')
    this.#counts.set(kind, count)
  }
}

function kindOf(action: string): keyof Quotas {
  if (action === 'CreateKey') return 'createKey'
  if (/^(Describe|List)/.test(action)) return 'metadata'
  if (/^(Asymmetric|GetPublicKey)/.test(action)) return 'asymmetric'
  return CRYPTO.test(action) ? 'crypto' : 'changes'
}

const CRYPTO = /^(Encrypt|Decrypt|ReEncrypt|GenerateDataKey|ExportDataKey|GenerateAndExport|GenerateMac|VerifyMac)/

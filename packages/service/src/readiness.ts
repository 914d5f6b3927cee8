import { CryptoError, type CryptoRouter } from '@parasol/core'
import type { Journal } from './journal.js'

/** What was found of each part: `ok`, or the code of what is wrong with it. */
export interface ReadinessReport {
  readonly ready: boolean
  readonly checks: Readonly<Record<string, string>>
}

export interface ReadinessOptions {
  readonly crypto: CryptoRouter
  /** The use cases that somebody may encrypt for. */
  readonly useCases: () => readonly string[]
  readonly journal: Journal
  /** How much must be free on the disks of the logs. */
  readonly freeBytes: () => number
}

/** The KMS is not asked more often, however often somebody asks us. */
const KMS_SOUND_MS = 5_000
const KMS_FAILED_MS = 500
const KMS_LIMIT_MS = 2_000

/**
 * Whether the service can do its work: it encrypts a word for one use case of each scheme, which asks the KMS unless the
 * policy of the scheme lets it do without, and looks after its logs and their disks.
 */
export class Readiness {
  readonly #options: ReadinessOptions
  #kms: { readonly state: Promise<string>; until: number } | undefined

  constructor(options: ReadinessOptions) {
    this.#options = options
  }

  async check(): Promise<ReadinessReport> {
    const { journal, freeBytes } = this.#options
    const [kms, logs] = await Promise.all([this.#askKms(), journal.check()])
    const isFull = logs.freeBytes !== undefined && logs.freeBytes < freeBytes()
    const checks = { kms, log: logs.state, disk: isFull ? 'FULL' : 'ok' }
    return { ready: Object.values(checks).every((state) => state === 'ok'), checks }
  }

  #askKms(): Promise<string> {
    const now = performance.now()
    if (this.#kms && now < this.#kms.until) return this.#kms.state
    const asked = { state: this.#encryptSomething(), until: Number.POSITIVE_INFINITY }
    this.#kms = asked
    void asked.state.then((state) => {
      asked.until = performance.now() + (state === 'ok' ? KMS_SOUND_MS : KMS_FAILED_MS)
    })
    return asked.state
  }

  async #encryptSomething(): Promise<string> {
    const { crypto, useCases } = this.#options
    const ciphers = useCases().map((useCase) => crypto.for(useCase))
    const byScheme = new Map(ciphers.map((cipher) => [cipher.scheme, cipher]))
    const signal = AbortSignal.timeout(KMS_LIMIT_MS)
    const states = await Promise.all(
      [...byScheme.values()].map((cipher) =>
        cipher.encrypt('ready', {}, { signal }).then(
          () => 'ok',
          (error: unknown) => (CryptoError.is(error) ? (signal.aborted ? 'TIMEOUT' : error.code) : 'INTERNAL'),
        ),
      ),
    )
    return states.find((state) => state !== 'ok') ?? 'ok'
  }
}

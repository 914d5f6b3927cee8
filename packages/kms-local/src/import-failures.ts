import { createHash } from 'node:crypto'
import { KmsFault } from './faults.js'
import type { KeyService } from './key-service.js'

/** So few that nothing is learnt of somebody else's material, for which the attacks on paddings need thousands. */
const MAX_FAILURES = 16
/** Each of them costs the service a new RSA key, so that nobody makes others be forgotten in passing. */
const MAX_TOKENS = 10_000

/** How often material did not unwrap under a token: after some times the token is good for nothing more. */
export class ImportFailures {
  readonly #counts = new Map<string, number>()

  static of(service: KeyService): ImportFailures {
    const failures = byService.get(service) ?? new ImportFailures()
    byService.set(service, failures)
    return failures
  }

  /** @throws KmsFault InvalidImportToken */
  check(token: string): void {
    if ((this.#counts.get(idOf(token)) ?? 0) >= MAX_FAILURES) throw new KmsFault('InvalidImportToken')
  }

  /** The fault of material that did not unwrap. */
  note(token: string): KmsFault {
    const id = idOf(token)
    const [oldest] = this.#counts.keys()
    if (oldest !== undefined && this.#counts.size >= MAX_TOKENS && !this.#counts.has(id)) this.#counts.delete(oldest)
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1)
    return new KmsFault('InvalidKeyMaterial')
  }
}

const byService = new WeakMap<KeyService, ImportFailures>()

function idOf(token: string): string {
  return createHash('sha256').update(Buffer.from(token, 'base64')).digest('base64')
}

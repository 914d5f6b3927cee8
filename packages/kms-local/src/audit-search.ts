import { join } from 'node:path'
import { CryptoError } from '@parasol/core'
import { ChainReader } from '@parasol/core/files'
import { macLink, NOTHING_NOTED } from './audit-chain.js'
import type { AuditEvent } from './audit-event.js'
import { AUDIT_FILE } from './audit-verification.js'

/** Which events are meant; all that fit every given condition. */
export interface AuditQuery extends EventQuery {
  /** An id, alias or ARN. */
  readonly key?: string | undefined
}

interface EventQuery {
  /** Who asked: an access key, or the name or ARN of a user or role. */
  readonly user?: string | undefined
  /** Such as `Decrypt`. */
  readonly operation?: string | undefined
  /** `ok`, `refused`, or the code of a refusal. */
  readonly outcome?: string | undefined
  /** From this moment on. */
  readonly from?: Date | undefined
  /** Before this moment. */
  readonly to?: Date | undefined
}

/** The events of a log that fit, of which the chain vouches. @throws CryptoError STORE_DAMAGED, IO */
export async function* searchAuditLog(
  folder: string,
  key: Uint8Array,
  query: EventQuery & { readonly keys?: ReadonlySet<string> },
): AsyncGenerator<AuditEvent> {
  const path = join(folder, AUDIT_FILE)
  const start = { hash: Buffer.from(NOTHING_NOTED.mac, 'hex'), next: 0 }
  const reader = new ChainReader({ path, link: macLink(key), start })
  try {
    for await (const lines of reader.batches()) {
      for (const { content } of lines) {
        const event = JSON.parse(content.toString()) as AuditEvent
        if (fits(event, query)) yield event
      }
    }
  } catch (error) {
    // A store that was never served has none.
    if (CryptoError.is(error) && error.reason === 'ENOENT') return
    throw error
  }
  if (!reader.damage) return
  const place = `${reader.damage.reason} at line ${(reader.state?.next ?? 0) + 1}`
  throw new CryptoError('STORE_DAMAGED', `The audit log: "${path}" ${place}`)
}

function fits(
  event: AuditEvent,
  { keys, user, operation, outcome, from, to }: EventQuery & { readonly keys?: ReadonlySet<string> },
): boolean {
  const time = Date.parse(event.eventTime)
  return (
    (keys === undefined || namesOf(event).some((name) => keys.has(name))) &&
    (user === undefined || Object.values(event.userIdentity).includes(user)) &&
    (operation === undefined || event.eventName === operation) &&
    (outcome === undefined || outcomesOf(event).includes(outcome)) &&
    (from === undefined || time >= from.getTime()) &&
    (to === undefined || time < to.getTime())
  )
}

function namesOf({ resourceName = '', referencedResources }: AuditEvent): readonly string[] {
  return [resourceName, ...(referencedResources?.['ACS::KMS::Key'] ?? [])]
}

function outcomesOf({ errorCode }: AuditEvent): readonly string[] {
  return errorCode === undefined ? ['ok'] : ['refused', errorCode]
}

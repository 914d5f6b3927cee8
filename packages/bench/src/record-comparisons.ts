import { randomBytes } from 'node:crypto'
import { CONTEXT, envelopes } from './ciphers.js'
import { naiveEnvelope } from './naive-envelope.js'
import { asyncScenario, type Comparison, scenario } from './scenario.js'

const AAD = Buffer.alloc(48, 'a')
const FIELD_CHARACTERS = 64

/** A record of fields of 64 characters, text in and out, against a naive envelope that has no KMS at all. */
export function recordComparison(fields: number): Comparison {
  const record = recordOf(fields)
  return {
    title: `Encrypt a record of ${fields} field(s) of ${FIELD_CHARACTERS} B`,
    scenarios: [
      scenario('naive envelope, no KMS', () => naiveEnvelope(record, AAD)),
      ...envelopes().map(({ name, cipher }) => asyncScenario(name, () => cipher.encryptRecord(record, CONTEXT))),
    ],
  }
}

export function recordOf(fields: number): Record<string, string> {
  const text = (): string => randomBytes(FIELD_CHARACTERS).toString('base64').slice(0, FIELD_CHARACTERS)
  return Object.fromEntries(Array.from({ length: fields }, (_, index) => [`field${index}`, text()]))
}

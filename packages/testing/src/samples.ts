import { randomBytes } from 'node:crypto'

import type { EncryptionContext } from '@parasol/core'

import type { Subject } from './subject.js'

/** A value that no message, stack or path holds by chance. */
export const PLAINTEXT: Uint8Array = Uint8Array.from(Buffer.from('机密 secret 13800138000'))

/** A second one, as long as the first. */
export const OTHER_PLAINTEXT: Uint8Array = Uint8Array.from(Buffer.from('私密 hidden 13912345678'))

/** A context as an application gives it. */
export const CONTEXT: EncryptionContext = Object.freeze({ table: 'customers', column: 'phone', row: '7' })

/** The same facts about another row. */
export const OTHER_CONTEXT: EncryptionContext = Object.freeze({ ...CONTEXT, row: '8' })

/** Every value that a byte can have; not UTF-8. */
export const ALL_BYTES: Uint8Array = Uint8Array.from({ length: 256 }, (_, value) => value)

/** The usual context, or the empty one for what binds none. */
export function contextFor({ bindsContext }: Pick<Subject, 'bindsContext'>): EncryptionContext {
  return bindsContext ? CONTEXT : {}
}

/** Random bytes in memory of their own. */
export function randomPlaintext(length: number): Uint8Array {
  return Uint8Array.from(randomBytes(length))
}

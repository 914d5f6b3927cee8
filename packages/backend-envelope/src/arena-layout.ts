import { DATA_KEY_BYTES, MAX_CONTEXT_BYTES } from '@parasol/core'
import { RECORD_LABEL } from './record-key.js'
import { COMMITMENT_BYTES, NONCE_BYTES, RECORD_KEY_BYTES, SALT_BYTES, TAG_BYTES } from './suite.js'

/** The longest text that is encrypted and decrypted in the arena. */
export const MAX_TEXT_BYTES = 65_536
/** The longest green key beside one. */
export const MAX_GREEN_KEY_BYTES = 16_384
/** Of a field of a record: a byte and its name. */
export const MAX_AAD_BYTES = 512

/*
 * What is where in the arena. A text that was decrypted ends where the record key begins, and the data key is near, so
 * that all that is secret is wiped at once, in words of eight bytes. From the counter on stands the input of the key
 * derivation.
 */
export const KEY_AT: number = MAX_TEXT_BYTES
export const COMMITMENT_AT: number = KEY_AT + RECORD_KEY_BYTES
export const COMMITMENT_END: number = COMMITMENT_AT + COMMITMENT_BYTES
/** Four bytes are left, so that the data key ends with a word. */
export const KDF_AT: number = COMMITMENT_END + 4
export const DATA_KEY_AT: number = KDF_AT + 4
export const LABEL_AT: number = DATA_KEY_AT + DATA_KEY_BYTES
export const VERSION_AT: number = LABEL_AT + RECORD_LABEL.length
export const SUITE_AT: number = VERSION_AT + 1
export const KDF_SALT_AT: number = SUITE_AT + 1
export const CONTEXT_AT: number = KDF_SALT_AT + SALT_BYTES
export const AAD_AT: number = CONTEXT_AT + MAX_CONTEXT_BYTES
/** Of what is decrypted. What is encrypted has its green key right before the field instead. */
export const CIPHERTEXT_AT: number = AAD_AT + MAX_AAD_BYTES
export const FIELD_AT: number = CIPHERTEXT_AT + MAX_GREEN_KEY_BYTES
export const TEXT_AT: number = FIELD_AT + NONCE_BYTES
export const ARENA_BYTES: number = TEXT_AT + MAX_TEXT_BYTES + TAG_BYTES

import { randomFillSync } from 'node:crypto'
import { allocateSecret, DATA_KEY_BYTES } from '@parasol/core'
import type { PrivateKey, PublicKey } from 'openpgp'
import { armorMessage } from '../armored-text.js'
import { writeMessage } from '../write-message.js'
import { requireText } from './text-data.js'

/** To whom, and how. */
export interface EncryptDataOptions {
  readonly recipients: readonly PublicKey[]
  readonly passwords?: readonly string[]
  /** Unlocked. */
  readonly signers?: readonly PrivateKey[]
  /** Whether the data is text in UTF-8, and said to be. */
  readonly text?: boolean
  readonly armor?: boolean
}

/**
 * Encrypts to keys and passwords, each of which opens the message.
 *
 * @returns the message, and a copy of its session key
 * @throws CryptoError KEY_UNUSABLE for an expired, revoked, weak or unfit key; INVALID_INPUT for what is not text
 */
export async function encryptData(
  data: Uint8Array,
  { recipients, passwords = [], signers = [], text = false, armor = true }: EncryptDataOptions,
): Promise<{ readonly message: Uint8Array; readonly sessionKey: Uint8Array }> {
  if (text) requireText(data)
  const sessionKey = randomFillSync(allocateSecret(DATA_KEY_BYTES))
  const envelope = { sessionKey, recipients, passwords, signers, notations: [], hidden: false, text }
  const message = await writeMessage(data, envelope)
  return { message: armor ? armorMessage(message) : message, sessionKey }
}

import { randomFillSync } from 'node:crypto'
import { allocateSecret, DATA_KEY_BYTES } from '@parasol/core'
import type { PrivateKey, PublicKey, SessionKey } from 'openpgp'
import { armorMessage } from '../armored-text.js'
import type { Profile } from '../profile.js'
import { openEnvelope, sealMessage } from '../write-message.js'
import { requireText } from './text-data.js'

/** To whom, and how. */
export interface EncryptDataOptions {
  /** `compat` by default: as gpg 2.2 reads it. */
  readonly profile?: Profile
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
  { profile = 'compat', recipients, passwords = [], signers = [], text = false, armor = true }: EncryptDataOptions,
): Promise<{ readonly message: Uint8Array; readonly sessionKey: SessionKey }> {
  if (text) requireText(data)
  const sessionKey = randomFillSync(allocateSecret(DATA_KEY_BYTES))
  const envelope = { profile, sessionKey, recipients, passwords, signers, notations: [], hidden: false, text }
  const opened = await openEnvelope(envelope)
  const message = await sealMessage(data, text, opened)
  return { message: armor ? armorMessage(message) : message, sessionKey: opened.sessionKey }
}

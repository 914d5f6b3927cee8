import { enums } from 'openpgp'
import { dearmorMessage, isArmored } from './armored-text.js'
import { MAX_BEFORE_DATA, readSessionKeys } from './encrypted-message.js'
import { splitPackets, wholePackets } from './packet-frame.js'

/** What an encrypted message says of itself to anyone. Nothing of it is authenticated; who signed it is encrypted. */
export interface MessageInspection {
  /** Ids of the recipients' subkeys, 16 hexadecimal digits each; `hidden` for one that is not named. */
  readonly recipients: readonly string[]
  /** How many passwords open it. */
  readonly passwords: number
  /** How its data is protected: by SEIPD of version 1 or 2, or by OCB as GnuPG has it. */
  readonly protection: string
  readonly armored: boolean
}

/** What comes before the data of a binary message has at most so many bytes; an armored one is needed whole. */
export const MAX_MESSAGE_HEAD_BYTES = 256 * 1024

/** Undefined if the bytes do not begin an encrypted message. */
export function inspectMessage(head: Uint8Array): MessageInspection | undefined {
  const armored = isArmored(head)
  const binary = armored ? dearmorMessage(head) : head
  if (!binary) return undefined
  const before = [...MAX_BEFORE_DATA.values()].reduce((sum, limit) => sum + limit)
  const { packets } = wholePackets(binary, before + 1)
  const keys = packets.filter(({ tag }) => MAX_BEFORE_DATA.has(tag))
  const dataAt = keys.at(-1)?.end ?? 0
  const protection = protectionOf(binary, dataAt)
  if (keys.length === 0 || protection === undefined) return undefined
  const preamble = binary.subarray(0, dataAt)
  const named = readSessionKeys(preamble).sessionKeys
  const passwords = (splitPackets(preamble, before) ?? []).filter(({ tag }) => tag === PASSWORD).length
  const recipients = named.map(({ keyId }) => (/^0+$/.test(keyId) ? 'hidden' : keyId.toUpperCase()))
  return { recipients, passwords, protection, armored }
}

const PASSWORD = enums.packet.symEncryptedSessionKey
const { symEncryptedIntegrityProtectedData: SEIPD, aeadEncryptedData: OCB } = enums.packet

/** By the header of the packet that holds the data, of which the rest may not be there. */
function protectionOf(bytes: Uint8Array, at: number): string | undefined {
  const header = bytes[at] ?? 0
  const isNew = (header & 0xc0) === 0xc0
  const tag = isNew ? header & 63 : (header >> 2) & 15
  if (!isNew || (tag !== SEIPD && tag !== OCB)) return undefined
  if (tag === OCB) return 'OCB'
  const length = bytes[at + 1] ?? 0
  const bodyAt = at + 2 + (length < 192 || (length >= 224 && length < 255) ? 0 : length === 255 ? 4 : 1)
  return `SEIPD version ${bytes[bodyAt] ?? '?'}`
}

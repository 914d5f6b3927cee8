import { enums } from 'openpgp'
import { dearmorMessage, isArmored } from './armored-text.js'
import { MAX_BEFORE_DATA, readSessionKeys } from './encrypted-message.js'
import { wholePackets } from './packet-frame.js'

/** What an encrypted message says of itself to anyone. Nothing of it is authenticated; who signed it is encrypted. */
export interface MessageInspection {
  /** Ids of the recipients' subkeys, 16 hexadecimal digits each; `hidden` for one that is not named. */
  readonly recipients: readonly string[]
  /** How many passwords open it. */
  readonly passwords: number
  /** Versions of the packets that hold its session key: 3 and 4 for gpg 2.2, 6 in RFC 9580; sorted. */
  readonly sessionKeyVersions: readonly number[]
  /** How its data is protected: by SEIPD of version 1 or 2, or by OCB as GnuPG has it. */
  readonly protection: string
  /** Of SEIPD version 2 alone, for the others do not say. */
  readonly cipher?: string
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
  const data = dataFacts(binary, dataAt)
  if (keys.length === 0 || data === undefined) return undefined
  const preamble = binary.subarray(0, dataAt)
  const named = readSessionKeys(preamble).sessionKeys
  const passwords = keys.filter(({ tag }) => tag === PASSWORD).length
  const recipients = named.map(({ keyId }) => (/^0+$/.test(keyId) ? 'hidden' : keyId.toUpperCase()))
  const versions = keys.flatMap(({ tag, version }) => (tag === MARKER || version === undefined ? [] : [version]))
  const sessionKeyVersions = [...new Set(versions)].sort((a, b) => a - b)
  return { recipients, passwords, sessionKeyVersions, ...data, armored }
}

/** Whether bytes begin as an encrypted message does, armored or not. */
export function beginsMessage(head: Uint8Array): boolean {
  if (isArmored(head)) return Buffer.from(head.subarray(0, ARMOR.length)).toString('latin1') === ARMOR
  const header = head[0] ?? 0
  const tag = (header & 0x40) === 0 ? (header >> 2) & 15 : header & 63
  return (header & 0x80) !== 0 && MAX_BEFORE_DATA.has(tag)
}

const ARMOR = '-----BEGIN PGP MESSAGE-----'
const { symEncryptedSessionKey: PASSWORD, marker: MARKER } = enums.packet
const { symEncryptedIntegrityProtectedData: SEIPD, aeadEncryptedData: OCB } = enums.packet

type DataFacts = Pick<MessageInspection, 'protection' | 'cipher'>

/** By the header of the packet that holds the data, of which the rest may not be there. */
function dataFacts(bytes: Uint8Array, at: number): DataFacts | undefined {
  const header = bytes[at] ?? 0
  const isNew = (header & 0xc0) === 0xc0
  const tag = isNew ? header & 63 : (header >> 2) & 15
  if (!isNew || (tag !== SEIPD && tag !== OCB)) return undefined
  if (tag === OCB) return { protection: 'OCB' }
  const length = bytes[at + 1] ?? 0
  const bodyAt = at + 2 + (length < 192 || (length >= 224 && length < 255) ? 0 : length === 255 ? 4 : 1)
  const [version, cipher = 0, mode = 0] = bytes.subarray(bodyAt, bodyAt + 3)
  const protection = `SEIPD version ${version ?? '?'}`
  return version === 2 ? { protection, cipher: `${CIPHERS[cipher] ?? '?'} in ${MODES[mode] ?? '?'}` } : { protection }
}

const CIPHERS: Readonly<Record<number, string>> = {
  [enums.symmetric.aes128]: 'AES-128',
  [enums.symmetric.aes192]: 'AES-192',
  [enums.symmetric.aes256]: 'AES-256',
}
const MODES: Readonly<Record<number, string>> = {
  [enums.aead.eax]: 'EAX',
  [enums.aead.ocb]: 'OCB',
  [enums.aead.gcm]: 'GCM',
}

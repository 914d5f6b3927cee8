import { armor, enums } from 'openpgp'
import { openpgpConfig } from './openpgp-config.js'
import { wholePackets } from './packet-frame.js'

const BEGIN = '-----BEGIN PGP MESSAGE-----'
const END = '-----END PGP MESSAGE-----'
const HEADER = /^[A-Za-z][A-Za-z0-9-]*: /
const CHECKSUM = /\r?\n=[A-Za-z0-9+/]{4}$/
const BLANK_LINE = /\n\r?\n/
/** Of the beginning and the headers. */
const MAX_HEAD_LENGTH = 8192

/** Whether bytes are meant to be armored: no packet begins with a dash. */
export function isArmored(bytes: Uint8Array): boolean {
  return bytes[0] === 0x2d
}

/**
 * The binary form of one armored message. Undefined if there is anything before, between or after but line ends: what
 * other readers pass over, a person may take for part of the message. The checksum is not looked at (RFC 9580, 6.1).
 */
export function dearmorMessage(bytes: Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1').trimEnd()
  const head = text.slice(0, MAX_HEAD_LENGTH).split(/\r?\n/)
  const blank = head.findIndex((line) => line.trim() === '')
  if (head[0] !== BEGIN || blank < 1 || !head.slice(1, blank).every((line) => HEADER.test(line))) return undefined
  if (!text.endsWith(`\n${END}`)) return undefined
  const body = text
    .slice(lineStart(text, blank + 1), -END.length)
    .replace(/\r?\n$/, '')
    .replace(CHECKSUM, '')
  return BLANK_LINE.test(body) ? undefined : decodeBase64(body.replaceAll(/\r?\n/g, ''))
}

export function armorMessage(message: Uint8Array): Uint8Array {
  return armorPackets(enums.armor.message, message)
}

/**
 * Text for packets of this kind. With a checksum: without one, gpg 2.2 cannot read text whose base64 ends in no padding.
 * What it cannot read anyway is written without, as RFC 9580 demands (section 6.1).
 */
export function armorPackets(kind: enums.armor, packets: Uint8Array): Uint8Array {
  const checksum = !isModern(packets)
  return Buffer.from(
    armor(kind, Uint8Array.from(packets), undefined, undefined, undefined, checksum, openpgpConfig) as string,
  )
}

/** Every packet with which keys, signatures and messages of RFC 9580 begin is of version 6. */
export function isModern(packets: Uint8Array): boolean {
  return wholePackets(packets, 1).packets[0]?.body?.[0] === 6
}

function lineStart(text: string, line: number): number {
  let at = 0
  for (let count = 0; count < line; count++) at = text.indexOf('\n', at) + 1
  return at
}

function decodeBase64(text: string): Uint8Array | undefined {
  const decoded = Buffer.from(text, 'base64')
  return text !== '' && decoded.toString('base64') === text ? decoded : undefined
}

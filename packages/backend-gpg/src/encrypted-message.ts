import { enums, type PrivateKey, PublicKeyEncryptedSessionKeyPacket } from 'openpgp'
import { dearmorMessage, isArmored } from './armored-text.js'
import { type PacketFrame, splitPackets } from './packet-frame.js'
import { shown } from './usable-key.js'

/** An encrypted message that is in order as far as can be seen without a key. */
export interface EncryptedMessage {
  readonly sessionKeys: readonly EncryptedSessionKey[]
  /** The packets of session keys under passwords. */
  readonly passwordKeys: readonly Uint8Array[]
  /** The packets before the encrypted data: who can open it, and how. */
  readonly preamble: Uint8Array
  /** The packet of the encrypted data. */
  readonly data: Uint8Array
  /** Whether the header of the encrypted data is the one that we write. */
  readonly canonical: boolean
}

/** What of a message says who can read it. */
export type AddressedMessage = Pick<EncryptedMessage, 'sessionKeys' | 'passwordKeys' | 'preamble' | 'data'>

/** What of a message could be written in other ways. */
export type WrittenForm = Pick<EncryptedMessage, 'preamble' | 'canonical'>

/** The session key of a message, encrypted to one key. */
export interface EncryptedSessionKey {
  readonly packet: Uint8Array
  /** 16 hexadecimal digits; zeros if the recipient is not named. */
  readonly keyId: string
}

/** That part of a message which some keys or passwords can open. */
export interface AddressedPart {
  /** Of the keys that can open it, upper case. */
  readonly fingerprints: readonly string[]
  readonly packets: Uint8Array
}

const { publicKeyEncryptedSessionKey: PKESK, symEncryptedSessionKey: SKESK, marker: MARKER } = enums.packet
const { symEncryptedIntegrityProtectedData: SEIPD, aeadEncryptedData: OCB } = enums.packet
/** How many packets of which kinds may stand before the encrypted data. */
export const MAX_BEFORE_DATA: ReadonlyMap<number, number> = new Map<number, number>([
  [PKESK, 128],
  [SKESK, 16],
  [MARKER, 1],
])
const MAX_PACKETS = 1 + [...MAX_BEFORE_DATA.values()].reduce((sum, limit) => sum + limit)
/** A message that asks for more uses of our keys is refused: each can take 50 ms. */
const MAX_ATTEMPTS = 16
/** The same of passwords, of which each use can take 0.25 s. */
const MAX_PASSWORD_ATTEMPTS = 8
const HIDDEN_RECIPIENT = '0000000000000000'

/**
 * Takes apart a message that is one sequence of session keys and one block of integrity-protected data: binary or
 * armored, with nothing before, after or between. Undefined if it is anything else.
 */
export function parseEncryptedMessage(ciphertext: Uint8Array): EncryptedMessage | undefined {
  const binary = isArmored(ciphertext) ? dearmorMessage(ciphertext) : ciphertext
  const packets = binary && splitPackets(binary, MAX_PACKETS)
  const data = packets?.at(-1)
  if (!binary || !packets || !data || (data.tag !== SEIPD && data.tag !== OCB)) return undefined
  const before = packets.slice(0, -1)
  if (!isWithinLimits(before)) return undefined
  const preamble = binary.subarray(0, data.start)
  return {
    ...readSessionKeys(preamble, data),
    preamble,
    data: binary.subarray(data.start),
    canonical: data.canonical,
  }
}

/**
 * The session keys among the packets before some encrypted data. If that is known, those of versions that do not belong to
 * it are left out: they are of another message, or somebody wants it to be read in an older form (RFC 9580, 10.3.2.1).
 */
export function readSessionKeys(
  preamble: Uint8Array,
  data?: Form,
): Pick<EncryptedMessage, 'sessionKeys' | 'passwordKeys'> {
  const all = splitPackets(preamble, MAX_PACKETS) ?? []
  const frames = data ? all.filter((frame) => belongs(frame, data)) : all
  return {
    sessionKeys: frames.flatMap((frame) => readSessionKey(frame, preamble)),
    passwordKeys: affordable(frames).map(({ start, end }) => preamble.subarray(start, end)),
  }
}

type Form = Pick<PacketFrame, 'tag' | 'version'>

/** The forms of encrypted data, and the versions of session keys under keys and passwords that go with each. */
const FORMS: readonly (Form & { readonly keys: readonly number[]; readonly passwords: readonly number[] })[] = [
  { tag: SEIPD, version: 1, keys: [3], passwords: [4] },
  { tag: SEIPD, version: 2, keys: [6], passwords: [6] },
  { tag: OCB, version: 1, keys: [3], passwords: [4, 5] },
]

function belongs(sessionKey: Form, data: Form): boolean {
  const form = FORMS.find(({ tag, version }) => tag === data.tag && version === data.version)
  return form?.[sessionKey.tag === PKESK ? 'keys' : 'passwords'].includes(sessionKey.version ?? 0) ?? false
}

/** Undefined if these keys and passwords open nothing of the message, or would be tried too often. */
export function addressedPart(
  { sessionKeys, passwordKeys, data }: AddressedMessage,
  candidates: readonly PrivateKey[],
  passwords: number,
): AddressedPart | undefined {
  const addressed = sessionKeys.map(({ packet, keyId }) => ({ packet, keys: keysOfId(candidates, keyId) }))
  const attempts = addressed.reduce((sum, { keys }) => sum + keys.length, 0)
  const passwordAttempts = passwords * passwordKeys.length
  if (attempts + passwordAttempts === 0) return undefined
  if (attempts > MAX_ATTEMPTS || passwordAttempts > MAX_PASSWORD_ATTEMPTS) return undefined
  const packets = addressed.filter(({ keys }) => keys.length > 0).map(({ packet }) => packet)
  const underPasswords = passwords > 0 ? passwordKeys : []
  return {
    fingerprints: [...new Set(addressed.flatMap(({ keys }) => keys.map(shown)))],
    packets: Buffer.concat([...packets, ...underPasswords, data]),
  }
}

/** Where it stands how a password becomes a key, by the version of the packet. */
const S2K_AT: ReadonlyMap<number, number> = new Map([
  [4, 2],
  [5, 3],
  [6, 5],
])
const ARGON2 = 4
/** What each password may take, in KiB, and all of a message together, in KiB that are passed over. */
const MAX_ARGON2_KIBIBYTES = 2 ** 17
const MAX_ARGON2_WORK = 2 ** 19

/** Those that may be tried, for a password can ask for terabytes, and for any number of passes over them. */
function affordable(frames: readonly PacketFrame[]): PacketFrame[] {
  let left = MAX_ARGON2_WORK
  return frames.filter(({ tag, body }) => {
    const at = S2K_AT.get(body?.[0] ?? 0)
    if (tag !== SKESK || !body || at === undefined) return false
    const work = body[at] === ARGON2 ? argon2Work(body.subarray(at + 17)) : 0
    if (work > left) return false
    left -= work
    return true
  })
}

/** RFC 9580, section 3.7.1.4. */
function argon2Work([passes = 0, , exponent = 0]: Uint8Array): number {
  const kibibytes = 2 ** exponent
  return kibibytes > MAX_ARGON2_KIBIBYTES ? Number.POSITIVE_INFINITY : passes * kibibytes
}

function keysOfId(candidates: readonly PrivateKey[], keyId: string): PrivateKey[] {
  if (keyId === HIDDEN_RECIPIENT) return [...candidates]
  return candidates.filter((key) => key.getKeyIDs().some((id) => id.toHex() === keyId))
}

function isWithinLimits(frames: readonly PacketFrame[]): boolean {
  const counts = new Map<number, number>()
  for (const { tag } of frames) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  return [...counts].every(([tag, count]) => count <= (MAX_BEFORE_DATA.get(tag) ?? 0))
}

/** What the types of OpenPGP.js do not tell of a session key packet. */
interface SessionKeyInternals {
  read(body: Uint8Array): void
  write(): Uint8Array
  readonly publicKeyID: { toHex(): string }
  readonly encrypted: { readonly V?: Uint8Array } | null
}

/** None if it is of an algorithm that is unknown here, or written in another way than the one usual way. */
function readSessionKey({ tag, start, end, body }: PacketFrame, binary: Uint8Array): EncryptedSessionKey[] {
  if (tag !== PKESK || !body) return []
  const packet = new PublicKeyEncryptedSessionKeyPacket() as unknown as SessionKeyInternals
  try {
    packet.read(body)
    if (!isUsualForm(packet, body)) return []
  } catch {
    return []
  }
  return [{ packet: binary.subarray(start, end), keyId: packet.publicKeyID.toHex() }]
}

/** Bits that a reader passes over, in the length of a number and on an X25519 point, would make a message malleable. */
function isUsualForm(packet: SessionKeyInternals, body: Uint8Array): boolean {
  const point = packet.encrypted?.V
  const isX25519 = point?.length === 33 && point[0] === 0x40
  return Buffer.compare(packet.write(), body) === 0 && !(isX25519 && ((point[32] ?? 0) & 0x80) !== 0)
}

import { enums, type Message, type PublicKeyEncryptedSessionKeyPacket, readMessage, unarmor } from 'openpgp'
import { openpgpConfig } from './openpgp-config.js'
import { type PacketFrame, splitPackets } from './packet-frame.js'

/** An encrypted message that is in order as far as can be seen without a key. */
export interface EncryptedMessage {
  readonly message: Message<Uint8Array>
  /** The packets before the encrypted data: who can open it, and how. */
  readonly recipients: Uint8Array
}

const { publicKeyEncryptedSessionKey: PKESK, symEncryptedIntegrityProtectedData: SEIPD, marker: MARKER } = enums.packet
const PADDING = 21
/** A message to more recipients than this is refused before a private key is used on each. */
const MAX_PACKETS = 130
const ARMOR = /^-----BEGIN PGP MESSAGE-----\r?\n[\s\S]*\r?\n-----END PGP MESSAGE-----\s*$/

/**
 * Reads a message that is one sequence of session keys and one block of integrity-protected data: binary or armored,
 * with nothing before, after or between. Undefined if it is anything else, or if a session key is written in another way
 * than the one in which it is always written: several ways to write one message would make it malleable.
 */
export async function readEncryptedMessage(ciphertext: Uint8Array): Promise<EncryptedMessage | undefined> {
  const binary = isArmored(ciphertext) ? await dearmor(ciphertext) : ciphertext
  const packets = binary && splitPackets(binary, MAX_PACKETS)
  const data = packets?.at(-1)
  if (!binary || !packets || data?.tag !== SEIPD || !packets.slice(0, -1).every(isPreamble)) return undefined
  const message = await readMessage({ binaryMessage: binary, config: openpgpConfig })
  const sessionKeys = packets.filter(({ tag }) => tag === PKESK)
  const parsed = message.packets.filterByTag(PKESK) as unknown as PublicKeyEncryptedSessionKeyPacket[]
  if (sessionKeys.length !== parsed.length || !sessionKeys.every((frame, index) => isCanonical(frame, parsed[index]))) {
    return undefined
  }
  return { message, recipients: binary.subarray(0, data.start) }
}

function isArmored(ciphertext: Uint8Array): boolean {
  return Buffer.from(ciphertext.subarray(0, 5)).toString('latin1') === '-----'
}

async function dearmor(ciphertext: Uint8Array): Promise<Uint8Array | undefined> {
  const text = Buffer.from(ciphertext).toString('latin1')
  if (!ARMOR.test(text) || text.indexOf('-----BEGIN', 1) !== -1) return undefined
  const { data } = await unarmor(text, openpgpConfig)
  return data as Uint8Array
}

/** Messages to a passphrase are not this scheme's: each one offered would cost a key derivation. */
function isPreamble({ tag }: PacketFrame): boolean {
  return tag === PKESK || tag === MARKER || tag === PADDING
}

/** What the types of OpenPGP.js do not tell of a session key packet. */
interface SessionKeyInternals {
  write(): Uint8Array
  readonly encrypted: { readonly V?: Uint8Array } | null
}

function isCanonical({ body }: PacketFrame, packet: PublicKeyEncryptedSessionKeyPacket | undefined): boolean {
  const { write, encrypted } = packet as unknown as SessionKeyInternals
  if (!body || Buffer.compare(write.call(packet), body) !== 0) return false
  // X25519 ignores the highest bit of the ephemeral point, which nobody sets.
  const point = encrypted?.V
  return point?.length !== 33 || point[0] !== 0x40 || ((point[32] ?? 0) & 0x80) === 0
}

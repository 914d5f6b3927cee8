import {
  type CleartextMessage,
  createMessage,
  enums,
  type Message,
  type PublicKey,
  readCleartextMessage,
  readMessage,
  readSignature,
  type Signature,
} from 'openpgp'
import { gpgError } from '../gpg-errors.js'
import { openpgpConfig, toleratedNow } from '../openpgp-config.js'
import { MAX_SIGNATURES, type VerificationResult } from '../signatures.js'
import { type SignatureDates, type VerifiedSignature, verifiedSignatures } from './verified-signature.js'

/** What stood in a signed message. Without signatures it is anybody's. */
export interface VerifiedData {
  readonly data: Uint8Array
  /** The valid ones. */
  readonly signatures: readonly VerifiedSignature[]
}

/**
 * The valid signatures among those that stand beside some data; none if there are none.
 *
 * @throws CryptoError INVALID_INPUT, reason GPG_MALFORMED for what is no signature
 */
export async function verifyDetached(
  data: Uint8Array,
  signature: Uint8Array,
  certificates: readonly PublicKey[],
  dates?: SignatureDates,
): Promise<readonly VerifiedSignature[]> {
  const message = await createMessage({ binary: data, format: 'binary' })
  const detached = await readDetached(signature)
  const { verifyDetached: verify } = message as unknown as MessageInternals
  const results = await verify.call(message, detached, [...certificates], toleratedNow(), openpgpConfig)
  return verifiedSignatures(results, certificates, dates)
}

/** The data of a signed or clear-signed message, and its valid signatures. @throws CryptoError INVALID_INPUT */
export async function verifyInline(
  message: Uint8Array,
  certificates: readonly PublicKey[],
  dates?: SignatureDates,
): Promise<VerifiedData> {
  const { data, verify } = await readInline(message)
  const results = await verify(certificates)
  return { data, signatures: await verifiedSignatures(results, certificates, dates) }
}

/** A signed message in its parts. */
export async function detachInline(
  message: Uint8Array,
): Promise<{ readonly data: Uint8Array; readonly signatures: Uint8Array }> {
  const { data, signatures } = await readInline(message)
  return { data, signatures: await parse('a signed message', signatures) }
}

interface InlineMessage {
  readonly data: Uint8Array
  /** Their packets, one after the other. */
  signatures(): Promise<Uint8Array>
  verify(certificates: readonly PublicKey[]): Promise<readonly VerificationResult[]>
}

/** What the types of OpenPGP.js do not tell of messages. */
interface MessageInternals {
  verifyDetached(
    signature: Signature,
    keys: PublicKey[],
    date: Date,
    config: typeof openpgpConfig,
  ): Promise<readonly VerificationResult[]>
}

async function readInline(message: Uint8Array): Promise<InlineMessage> {
  const text = message[0] === 0x2d ? Buffer.from(message).toString() : undefined
  if (text?.startsWith(CLEARTEXT_BEGIN)) return parse('a clear-signed message', () => readCleartext(text))
  const signed = await parse('a signed message', async () => {
    const input = text === undefined ? { binaryMessage: Uint8Array.from(message) } : { armoredMessage: text }
    return (await readMessage({ ...input, config: openpgpConfig } as never)).unwrapCompressed() as Message<Uint8Array>
  })
  const { packets } = signed
  const places = packets.indexOfTag(enums.packet.literalData)
  if (places.length !== 1) throw malformed('a signed message')
  if ((places[0] ?? 0) > MAX_SIGNATURES) throw malformed('a signed message of so few signatures as are read')
  const verify = (certificates: readonly PublicKey[]): Promise<readonly VerificationResult[]> =>
    signed.verify([...certificates], toleratedNow(), openpgpConfig)
  return {
    data: signed.getLiteralData() as Uint8Array,
    signatures: async () => {
      // What comes after the data is read when it is verified.
      const read = await Promise.all((await verify([])).map((result) => result.signature))
      return Buffer.concat(read.map((each) => each.packets.write() as Uint8Array))
    },
    verify,
  }
}

const CLEARTEXT_BEGIN = '-----BEGIN PGP SIGNED MESSAGE-----'
const SIGNATURE_END = '-----END PGP SIGNATURE-----'

/** Only what is signed is read: text before, after or among the headers could be taken for it. */
async function readCleartext(text: string): Promise<InlineMessage> {
  if (!text.trimEnd().endsWith(SIGNATURE_END)) throw new Error('Text after the signature')
  if (text.split(SIGNATURE_END).length !== 2) throw new Error('More than one message')
  const message: CleartextMessage = await readCleartextMessage({
    cleartextMessage: withKnownHashes(text),
    config: openpgpConfig,
  })
  const { signature } = message as unknown as { readonly signature: Signature }
  if (signature.packets.length > MAX_SIGNATURES) throw new Error('Too many signatures')
  return {
    data: Buffer.from(message.getText()),
    signatures: async () => signature.packets.write() as Uint8Array,
    verify: (certificates) => message.verify([...certificates], toleratedNow(), openpgpConfig),
  }
}

/** OpenPGP.js knows SHA-3 by other names than RFC 9580 has for headers (section 9.5), which are not signed. */
function withKnownHashes(text: string): string {
  const end = text.search(/\n[ \t]*\r?\n/)
  return text.slice(0, end).replaceAll(/^(Hash: .*)SHA3-/gim, '$1SHA3_') + text.slice(end)
}

/** The signatures that stand beside some data. @throws CryptoError INVALID_INPUT, reason GPG_MALFORMED */
export function readDetached(bytes: Uint8Array): Promise<Signature> {
  return parse('a detached signature', () => parseDetached(bytes))
}

async function parseDetached(bytes: Uint8Array): Promise<Signature> {
  const input = bytes[0] === 0x2d ? { armoredSignature: Buffer.from(bytes).toString() } : { binarySignature: bytes }
  const signature = await readSignature({ ...input, config: openpgpConfig } as never)
  if (signature.packets.length > MAX_SIGNATURES) throw new Error('Too many signatures')
  return signature
}

async function parse<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch {
    throw malformed(what)
  }
}

function malformed(what: string): Error {
  return gpgError('GPG_MALFORMED', `This is not ${what}`)
}

import { decryptionFailed } from '@parasol/core'
import { enums, type Message, readMessage } from 'openpgp'
import { boundedConfig, openpgpConfig, toleratedNow } from './openpgp-config.js'
import { writeLength } from './packet-frame.js'

/**
 * The packets in a body that bzip2 compressed, which Node.js does not know: OpenPGP.js reads them, 32 MiB at most, and they
 * are written again. Neither they nor their order change, and signatures are over their data alone.
 *
 * @throws CryptoError DECRYPTION_FAILED
 */
export async function unpackBzip2(compressed: Uint8Array): Promise<Uint8Array> {
  try {
    const body = Buffer.concat([Uint8Array.of(enums.compression.bzip2), compressed])
    const header = Buffer.concat([Uint8Array.of(0xc0 | enums.packet.compressedData), writeLength(body.length)])
    const binaryMessage = Buffer.concat([header, body])
    const message = await readMessage({ binaryMessage: Uint8Array.from(binaryMessage), config: boundedConfig() })
    const inner = message.unwrapCompressed() as Message<Uint8Array>
    const before = inner.packets.write() as Uint8Array
    return Buffer.concat([before, ...(await trailingSignatures(inner))])
  } catch {
    throw decryptionFailed()
  }
}

/** What comes after the data is read when it is verified. */
async function trailingSignatures(message: Message<Uint8Array>): Promise<Uint8Array[]> {
  const inFront = message.packets.filterByTag(enums.packet.signature).length
  const results = await message.verify([], toleratedNow(), openpgpConfig)
  const signatures = await Promise.all(results.slice(inFront).map(({ signature }) => signature))
  return signatures.map(({ packets }) => packets.write() as Uint8Array)
}

import { createHash } from 'node:crypto'
import { enums } from 'openpgp'

/** What the types of OpenPGP.js do not tell of how a password becomes a key. */
interface IteratedS2K {
  readonly type: string
  readonly algorithm: number
  readonly salt: Uint8Array
  getCount(): number
  produceKey(password: string, length: number): Promise<Uint8Array>
}

const HASHES: ReadonlyMap<number, string> = new Map([
  [enums.hash.sha1, 'sha1'],
  [enums.hash.sha224, 'sha224'],
  [enums.hash.sha256, 'sha256'],
  [enums.hash.sha384, 'sha384'],
  [enums.hash.sha512, 'sha512'],
])
const BLOCK_BYTES = 64 * 1024

/**
 * Lets a packet of a session key under a password make the iterated and salted key (RFC 9580, section 3.7.1.3) in little
 * memory: OpenPGP.js repeats salt and password in memory before it hashes them, up to 65 MB twice.
 */
export function hashInPieces(packet: object): void {
  const { s2k } = packet as { readonly s2k?: IteratedS2K }
  const hash = HASHES.get(s2k?.algorithm ?? 0)
  if (s2k?.type !== 'iterated' || !hash) return
  s2k.produceKey = async (password, length) => {
    const digests: Buffer[] = []
    for (let made = 0; made < length; made = Buffer.concat(digests).length) {
      digests.push(digest(hash, digests.length, Buffer.concat([s2k.salt, Buffer.from(password)]), s2k.getCount()))
    }
    return Uint8Array.from(Buffer.concat(digests).subarray(0, length))
  }
}

/** Of so many zeros, and then so many bytes of data that is repeated; of all the data once, if that is more. */
function digest(name: string, zeros: number, data: Buffer, count: number): Buffer {
  const hash = createHash(name).update(Buffer.alloc(zeros))
  const block = Buffer.alloc(data.length * Math.ceil(BLOCK_BYTES / data.length), data)
  let left = Math.max(count, data.length)
  for (; left > block.length; left -= block.length) hash.update(block)
  return hash.update(block.subarray(0, left)).digest()
}

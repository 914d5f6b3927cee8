import { randomBytes } from 'node:crypto'
import { enums, SymEncryptedSessionKeyPacket } from 'openpgp'
import { expect, it } from 'vitest'
import { hashInPieces } from '../src/iterated-key.js'

interface Packet {
  read(body: Uint8Array): void
  readonly s2k: { produceKey(password: string, length: number): Promise<Uint8Array> }
}

function skesk(hash: number, salt: Uint8Array, octet: number): Packet {
  const packet = new SymEncryptedSessionKeyPacket() as unknown as Packet
  packet.read(Buffer.concat([Uint8Array.of(4, 9, 3, hash), salt, Uint8Array.of(octet)]))
  return packet
}

it('makes the keys that OpenPGP.js makes', async () => {
  const { sha1, sha224, sha256, sha384, sha512 } = enums.hash
  for (const hash of [sha1, sha224, sha256, sha384, sha512]) {
    for (const password of ['x', 'correct horse 电池', 'long '.repeat(500), 'longer '.repeat(20_000)]) {
      const salt = randomBytes(8)
      for (const octet of [0, 7, 96]) {
        const ours = skesk(hash, salt, octet)
        hashInPieces(ours)
        const theirs = skesk(hash, salt, octet)
        for (const length of [16, 32, 100]) {
          const key = await ours.s2k.produceKey(password, length)
          expect(Buffer.from(key).equals(await theirs.s2k.produceKey(password, length))).toBe(true)
        }
      }
    }
  }
})

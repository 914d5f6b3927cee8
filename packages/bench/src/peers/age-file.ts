import { createReadStream, createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

/** Files by age-encryption, to an X25519 recipient. */
export interface AgeFiles {
  encrypt(source: string, target: string): Promise<void>
  decrypt(source: string, target: string): Promise<void>
}

/** Rejects where it is not installed. */
export async function openAgeFiles(): Promise<AgeFiles> {
  const { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } = await import('age-encryption')
  const identity = await generateX25519Identity()
  const [encrypter, decrypter] = [new Encrypter(), new Decrypter()]
  encrypter.addRecipient(await identityToRecipient(identity))
  decrypter.addIdentity(identity)
  return {
    encrypt: (source, target) => convert(source, target, (stream) => encrypter.encrypt(stream)),
    decrypt: (source, target) => convert(source, target, (stream) => decrypter.decrypt(stream)),
  }
}

type WebStream = globalThis.ReadableStream<Uint8Array>

async function convert(source: string, target: string, change: (stream: WebStream) => Promise<WebStream>) {
  const stream = Readable.toWeb(createReadStream(source)) as unknown as WebStream
  await pipeline(Readable.fromWeb((await change(stream)) as unknown as ReadableStream), createWriteStream(target))
}

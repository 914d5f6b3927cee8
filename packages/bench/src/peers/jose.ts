import { randomBytes } from 'node:crypto'
import type { Peer, PeerPackage } from './peer.js'

export const jose: PeerPackage = {
  name: 'jose',
  fairness:
    'JWE in compact form. "dir" encrypts everything under one key; "A256GCMKW" wraps a random key for each message. ' +
    'Neither commits to its key or binds a context. It uses WebCrypto, whose work is done by other threads.',
  load,
}

async function load(): Promise<readonly Peer[]> {
  const { CompactEncrypt, compactDecrypt } = await import('jose')
  const peer = (alg: string): Peer => {
    const key = randomBytes(32)
    return {
      name: `jose, ${alg} and A256GCM`,
      encrypt: (text) => new CompactEncrypt(Buffer.from(text)).setProtectedHeader({ alg, enc: 'A256GCM' }).encrypt(key),
      decrypt: async (sealed: string) => Buffer.from((await compactDecrypt(sealed, key)).plaintext).toString(),
    }
  }
  return [peer('dir'), peer('A256GCMKW')]
}

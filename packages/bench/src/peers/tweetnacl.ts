import { randomBytes } from 'node:crypto'
import type { Peer, PeerPackage } from './peer.js'

export const tweetnacl: PeerPackage = {
  name: 'tweetnacl',
  fairness:
    'XSalsa20-Poly1305 in plain JavaScript under one key, bytes out, without a context and without a commitment.',
  load,
}

async function load(): Promise<readonly Peer[]> {
  const { default: nacl } = await import('tweetnacl')
  const key = new Uint8Array(randomBytes(32))
  const { nonceLength } = nacl.secretbox
  return [
    {
      name: 'tweetnacl secretbox',
      encrypt(text) {
        const nonce = new Uint8Array(randomBytes(nonceLength))
        return Buffer.concat([nonce, nacl.secretbox(new Uint8Array(Buffer.from(text)), nonce, key)])
      },
      decrypt(sealed: Uint8Array) {
        const opened = nacl.secretbox.open(
          new Uint8Array(sealed.subarray(nonceLength)),
          new Uint8Array(sealed.subarray(0, nonceLength)),
          key,
        )
        if (!opened) throw new Error('tweetnacl does not open its own box')
        return Buffer.from(opened).toString()
      },
    },
  ]
}

import type { Peer, PeerPackage } from './peer.js'

export const age: PeerPackage = {
  name: 'age-encryption',
  fairness:
    'A file format for people: a key agreement with an X25519 recipient for each message, where ours asks the KMS. ' +
    'It binds no context. Its ChaCha20-Poly1305 is plain JavaScript.',
  load,
}

async function load(): Promise<readonly Peer[]> {
  const { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } = await import('age-encryption')
  const identity = await generateX25519Identity()
  const [encrypter, decrypter] = [new Encrypter(), new Decrypter()]
  encrypter.addRecipient(await identityToRecipient(identity))
  decrypter.addIdentity(identity)
  return [
    {
      name: 'age-encryption, X25519',
      encrypt: (text) => encrypter.encrypt(text),
      decrypt: (sealed: Uint8Array) => decrypter.decrypt(sealed, 'text'),
    },
  ]
}

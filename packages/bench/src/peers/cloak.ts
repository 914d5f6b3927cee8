import type { Peer, PeerPackage } from './peer.js'

export const cloak: PeerPackage = {
  name: '@47ng/cloak',
  fairness: 'AES-256-GCM under one key, text in and out, without a context and without a commitment to the key.',
  load,
}

async function load(): Promise<readonly Peer[]> {
  // Its types are those of CommonJS, which Node gives as the default export as well.
  const { encryptStringSync, decryptStringSync, generateKey, parseKeySync } = await import('@47ng/cloak')
  const key = parseKeySync(generateKey())
  return [
    {
      name: '@47ng/cloak',
      encrypt: (text) => encryptStringSync(text, key),
      decrypt: (sealed: string) => decryptStringSync(sealed, key),
    },
  ]
}

import type { EncryptionContext } from '@parasol/core'
import type { KeyService, KeyUse } from './key-service.js'

/** Encrypts again, under the newest version of a key, what a ciphertext holds; the plaintext stays within. @throws KmsFault */
export function reEncrypt(
  service: KeyService,
  blob: Uint8Array,
  keyName: string,
  { from, to }: { readonly from: EncryptionContext; readonly to: EncryptionContext },
): KeyUse & { blob: Uint8Array } {
  const { text } = service.decrypt(blob, from)
  try {
    return service.encrypt(keyName, text, to)
  } finally {
    text.fill(0)
  }
}

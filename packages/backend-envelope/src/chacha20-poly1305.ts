import { chacha20Aead } from './chacha20-aead.js'
import type { Suite } from './suite.js'

/** ChaCha20-Poly1305 (RFC 8439), under a record key of SP 800-56C: standard parts throughout. */
export const chacha20Poly1305: Suite = {
  id: 2,
  name: 'chacha20-poly1305',
  kdfHash: 'sha512',
  ...chacha20Aead,
}

import { inArena } from './arena-aead.js'
import { nodeAead } from './node-aead.js'
import type { Suite } from './suite.js'

const aead = nodeAead('aes-256-gcm')
const arenaAead = inArena(aead)

/** AES-256-GCM (NIST SP 800-38D) by node:crypto, under a record key of SP 800-56C: standard parts throughout. */
export const aes256Gcm: Suite = {
  id: 1,
  name: 'aes-256-gcm',
  kdfHash: 'sha512',
  arenaAead: () => arenaAead,
  ...aead,
}

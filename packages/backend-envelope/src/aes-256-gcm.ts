import { nodeAead } from './node-aead.js'
import { deriveRecordKey } from './record-key.js'
import type { Suite } from './suite.js'

const ID = 1

/** AES-256-GCM (NIST SP 800-38D) by node:crypto, under a record key of SP 800-56C: standard parts throughout. */
export const aes256Gcm: Suite = {
  id: ID,
  name: 'aes-256-gcm',
  deriveRecordKey: (dataKey, salt, context) => deriveRecordKey(ID, dataKey, salt, context),
  ...nodeAead('aes-256-gcm'),
}

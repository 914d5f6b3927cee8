import { type ConformanceCase, lift } from './conformance-case.js'
import { dataKeyCases } from './kms/data-key-cases.js'
import { keyCases } from './kms/key-cases.js'
import type { KmsHarness } from './kms/kms-harness.js'
import { reEncryptCases } from './kms/re-encrypt-cases.js'
import type { Subject } from './subject.js'
import { subjectCases } from './subject-cases.js'

/** What every `Kms` must do. */
export const kmsCases: readonly ConformanceCase<KmsHarness>[] = [
  ...keyCases,
  ...lift(subjectCases, subjectOf),
  ...dataKeyCases,
  ...reEncryptCases,
]

function subjectOf({ kms, keyId, stranger, integrity = 'ciphertext' }: KmsHarness): Subject {
  return {
    maxPlaintextBytes: kms.maxPlaintextBytes,
    bindsContext: true,
    integrity,
    encrypt: (...args) => kms.encrypt(keyId, ...args),
    decrypt: (...args) => kms.decrypt(...args),
    stranger: {
      encrypt: (...args) => stranger.encrypt(keyId, ...args),
      decrypt: (...args) => stranger.decrypt(...args),
    },
  }
}

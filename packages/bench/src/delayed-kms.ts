import { setTimeout } from 'node:timers/promises'
import type { Kms } from '@parasol/core'

/** A KMS that is as far away as one says: each call takes so much longer. */
export function delayedKms(kms: Kms, milliseconds: number): Kms {
  if (milliseconds === 0) return kms
  const wait = (): Promise<void> => setTimeout(milliseconds)
  return {
    maxPlaintextBytes: kms.maxPlaintextBytes,
    encrypt: (...call) => wait().then(() => kms.encrypt(...call)),
    decrypt: (...call) => wait().then(() => kms.decrypt(...call)),
    generateDataKey: (...call) => wait().then(() => kms.generateDataKey(...call)),
  }
}

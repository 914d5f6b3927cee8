import { setTimeout as sleep } from 'node:timers/promises'
import { CryptoError } from '@parasol/core'
import { StoreLock } from '@parasol/core/files'

/** Imports take a second or two; whoever waits longer waits for something that hangs. */
const MAX_WAIT_MS = 60_000
const MAX_PAUSE_MS = 100

/** The lock of a folder when its turn comes. @throws CryptoError LOCKED after a minute */
export async function waitForLock(folder: string): Promise<StoreLock> {
  const deadline = Date.now() + MAX_WAIT_MS
  for (let pause = 5; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
    try {
      return await StoreLock.acquire(folder)
    } catch (error) {
      if (!CryptoError.is(error) || error.code !== 'LOCKED') throw error
      if (Date.now() > deadline) throw kept(folder, error)
    }
    // Not all at the same moment.
    await sleep(pause * (0.5 + Math.random()))
  }
}

function kept(folder: string, cause: CryptoError): CryptoError {
  const message = `Other processes have kept the key ring "${folder}" locked for a minute: end them, or try again`
  return new CryptoError('LOCKED', message, { cause })
}

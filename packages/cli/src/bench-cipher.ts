import { setImmediate } from 'node:timers/promises'
import { type Cipher, CryptoError, type EncryptionContext, throwIfAborted } from '@parasol/core'

export interface BenchResult {
  readonly work: string
  readonly perSecond: number
  /** Of this process, for one. */
  readonly cpuMicros: number
  readonly medianMs: number
}

export interface BenchSettings {
  readonly bytes: number
  readonly ms: number
  readonly signal: AbortSignal
}

const AT_ONCE = 16

/** Encrypts and decrypts values of a size, one after the other and some at once. */
export async function benchCipher(cipher: Cipher, settings: BenchSettings): Promise<readonly BenchResult[]> {
  const text = 'x'.repeat(settings.bytes)
  const context = await contextFor(cipher)
  const token = await cipher.encrypt(text, context)
  const encrypt = (): Promise<unknown> => cipher.encrypt(text, context)
  const decrypt = (): Promise<unknown> => cipher.decrypt(token, context)
  return [
    await measure('encrypt', encrypt, 1, settings),
    await measure('decrypt', decrypt, 1, settings),
    await measure(`encrypt, ${AT_ONCE} at once`, encrypt, AT_ONCE, settings),
    await measure(`decrypt, ${AT_ONCE} at once`, decrypt, AT_ONCE, settings),
  ]
}

async function measure(
  work: string,
  run: () => Promise<unknown>,
  atOnce: number,
  { ms, signal }: BenchSettings,
): Promise<BenchResult> {
  const [cpu, start, times] = [process.cpuUsage(), performance.now(), [] as number[]]
  const worker = async (): Promise<void> => {
    while (performance.now() - start < ms) {
      throwIfAborted(signal)
      const begun = performance.now()
      await run()
      times.push(performance.now() - begun)
      // Signals, and what a scheme prepares in the background, need a turn of the event loop.
      if (times.length % 64 === 0) await setImmediate()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (performance.now() - start) / 1000
  return {
    work,
    perSecond: Math.round(times.length / seconds),
    cpuMicros: round((user + system) / times.length),
    medianMs: round(times.sort((a, b) => a - b)[times.length >> 1] ?? 0),
  }
}

/** Some schemes cannot bind one. */
async function contextFor(cipher: Cipher): Promise<EncryptionContext> {
  const context = { parasol: 'bench' }
  try {
    await cipher.encrypt('x', context)
    return context
  } catch (error) {
    if (!CryptoError.is(error) || error.code !== 'INVALID_INPUT') throw error
    return {}
  }
}

function round(value: number): number {
  return Number(value.toPrecision(3))
}

import { setImmediate } from 'node:timers/promises'
import { CryptoError } from '@parasol/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { reuse } from './key-watch.js'

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('encrypt' as const), bytes: fc.nat(60), to: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.nat(15) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hold' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const) }) },
)

const limits = fc.record({
  maxRecords: fc.integer({ min: 1, max: 6 }),
  maxBytes: fc.integer({ min: 1, max: 100 }),
  maxAgeSeconds: fc.integer({ min: 1, max: 20 }),
  maxStaleSeconds: fc.nat(20),
  maxKeys: fc.integer({ min: 1, max: 3 }),
})

it('no interleaving of calls, failures and time exceeds a limit', async () => {
  await fc.assert(
    fc.asyncProperty(limits, fc.array(step, { maxLength: 60 }), async (limits, steps) => {
      const { kms, clock, keys } = reuse(limits)
      const uses = new Map<string, { records: number; bytes: number; since: number }>()
      const encrypt = async (bytes: number, to: number): Promise<void> => {
        using lease = await keys.forEncryption({ kmsContext: { purpose: `p${to}` }, bytes })
        expect(lease.plaintext.some((byte) => byte !== 0)).toBe(true)
        const id = Buffer.from(lease.plaintext).toString('hex')
        const use = uses.get(id) ?? { records: 0, bytes: 0, since: clock.milliseconds }
        uses.set(id, { ...use, records: use.records + 1, bytes: use.bytes + bytes })
        expect(clock.milliseconds - use.since).toBeLessThan((limits.maxAgeSeconds + limits.maxStaleSeconds) * 1000)
      }
      const running: Promise<void>[] = []
      for (const each of steps) {
        if (each.do === 'encrypt') running.push(encrypt(each.bytes, each.to).catch(refuseAllButOutage))
        // Those who have their key are let go on: this clock would stand still between two microtasks.
        if (each.do === 'wait') await setImmediate().then(() => clock.pass(each.seconds))
        if (each.do === 'fail') kms.failNext(new CryptoError('KMS_UNAVAILABLE', 'The KMS is away'))
        if (each.do === 'hold') kms.hold()
        if (each.do === 'release') kms.release()
        await Promise.resolve()
      }
      kms.release()
      await Promise.all(running)
      for (const { records, bytes } of uses.values()) {
        expect(records).toBeLessThanOrEqual(limits.maxRecords)
        expect(bytes <= limits.maxBytes || records === 1).toBe(true)
      }
      keys[Symbol.dispose]()
    }),
    { numRuns: 100 },
  )
})

function refuseAllButOutage(error: unknown): void {
  if (!CryptoError.is(error) || error.code !== 'KMS_UNAVAILABLE') throw error
}

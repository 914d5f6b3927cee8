import type { CallOptions, DataKey, EncryptionContext } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import type { ReuseLimits } from '../src/data-key-policy.js'
import type { DataKeyLease, DataKeySource } from '../src/data-key-source.js'
import { PerRecordDataKeys } from '../src/per-record-data-keys.js'
import { ReusedDataKeys } from '../src/reused-data-keys.js'
import { decodeWrappedKeys, type WrappedKeyList } from '../src/wrapped-keys.js'

export const phone = { purpose: 'customer.phone' }
export const mail = { purpose: 'customer.mail' }

/** Answers when the test says so. */
export class HeldKms extends FakeKms {
  readonly signals: (AbortSignal | undefined)[] = []
  #open: () => void = () => {}
  #gate: Promise<void> = Promise.resolve()

  hold(): void {
    this.release()
    this.#gate = new Promise((resolve) => {
      this.#open = resolve
    })
  }

  release(): void {
    this.#open()
  }

  override async generateDataKey(keyId: string, context: EncryptionContext, options?: CallOptions): Promise<DataKey> {
    this.signals.push(options?.signal)
    await this.#gate
    return super.generateDataKey(keyId, context, options)
  }

  override async decrypt(
    ciphertext: Uint8Array,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    this.signals.push(options?.signal)
    await this.#gate
    return super.decrypt(ciphertext, context, options)
  }
}

export class TestClock {
  milliseconds = 0
  readonly now = (): number => this.milliseconds

  pass(seconds: number): void {
    this.milliseconds += seconds * 1000
  }
}

export interface ReuseFixture {
  readonly kms: HeldKms
  readonly clock: TestClock
  readonly keys: ReusedDataKeys
}

export function reuse(limits: ReuseLimits = {}, kms = new HeldKms()): ReuseFixture {
  const clock = new TestClock()
  return { kms, clock, keys: new ReusedDataKeys({ source: perRecord(kms), limits, now: clock.now }) }
}

export function perRecord(kms: FakeKms): DataKeySource {
  return new PerRecordDataKeys({ kms, keyId: 'alias/test' })
}

export function listOf({ encodedList }: DataKeyLease): WrappedKeyList {
  const list = decodeWrappedKeys(encodedList)
  if (!list) throw new Error('Not a list')
  return list
}

export const isZeroed = (key: Uint8Array): boolean => key.every((byte) => byte === 0)

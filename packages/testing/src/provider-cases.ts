import {
  isRecordProvider,
  isRewrapProvider,
  isSeekableProvider,
  isStreamProvider,
  isStreamRewrapProvider,
} from '@parasol/core'

import { type ConformanceCase, lift } from './conformance-case.js'
import { ifAble } from './provider/ability.js'
import type { ProviderHarness } from './provider/provider-harness.js'
import { recordCases } from './provider/record-cases.js'
import { recordTamperingCases } from './provider/record-tampering-cases.js'
import { rewrapCases } from './provider/rewrap-cases.js'
import { seekCases } from './provider/seek-cases.js'
import { streamCases } from './provider/stream-cases.js'
import { streamRewrapCases } from './provider/stream-rewrap-cases.js'
import { streamTamperingCases } from './provider/stream-tampering-cases.js'
import { traitCases } from './provider/trait-cases.js'
import type { Subject } from './subject.js'
import { subjectCases } from './subject-cases.js'

/** What every `CryptoProvider` must do, and what it must do if it has one of the optional abilities. */
export const providerCases: readonly ConformanceCase<ProviderHarness>[] = [
  ...traitCases,
  ...lift(subjectCases, subjectOf),
  ...ifAble(isRecordProvider, [...recordCases, ...recordTamperingCases]),
  ...ifAble(isRewrapProvider, rewrapCases),
  ...ifAble(isStreamProvider, [...streamCases, ...streamTamperingCases]),
  ...ifAble(isSeekableProvider, seekCases),
  ...ifAble(isStreamRewrapProvider, streamRewrapCases),
]

function subjectOf({ provider, stranger, integrity = 'ciphertext' }: ProviderHarness): Subject {
  const { maxPlaintextBytes, bindsContext } = provider.traits
  return {
    maxPlaintextBytes,
    bindsContext,
    integrity,
    encrypt: (...args) => provider.encrypt(...args),
    decrypt: (...args) => provider.decrypt(...args),
    stranger,
  }
}

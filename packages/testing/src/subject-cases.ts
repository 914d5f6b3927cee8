import { abortCases } from './cases/abort-cases.js'
import { bufferCases } from './cases/buffer-cases.js'
import { contextCases } from './cases/context-cases.js'
import { roundTripCases } from './cases/round-trip-cases.js'
import { secrecyCases } from './cases/secrecy-cases.js'
import { tamperingCases } from './cases/tampering-cases.js'
import type { ConformanceCase } from './conformance-case.js'
import type { Subject } from './subject.js'

/** What providers and KMS have in common. */
export const subjectCases: readonly ConformanceCase<Subject>[] = [
  ...roundTripCases,
  ...contextCases,
  ...tamperingCases,
  ...secrecyCases,
  ...bufferCases,
  ...abortCases,
]

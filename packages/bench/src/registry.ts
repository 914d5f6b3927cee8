import type { Scenario } from './scenario.js'
import { field } from './scenarios/field.js'
import { kmsCalls } from './scenarios/kms-calls.js'
import { kmsServer } from './scenarios/kms-server.js'
import { latency } from './scenarios/latency.js'
import { openpgpFile } from './scenarios/openpgp-file.js'
import { openpgpMessage } from './scenarios/openpgp-message.js'
import { openpgpModern } from './scenarios/openpgp-modern.js'
import { openpgpRing } from './scenarios/openpgp-ring.js'
import { openpgpRsa } from './scenarios/openpgp-rsa.js'
import { overhead } from './scenarios/overhead.js'
import { peers } from './scenarios/peers.js'
import { record } from './scenarios/record.js'
import { records } from './scenarios/records.js'
import { schemes } from './scenarios/schemes.js'
import { service } from './scenarios/service.js'
import { start } from './scenarios/start.js'
import { stream } from './scenarios/stream.js'
import { text } from './scenarios/text.js'

/** Every scenario, in the order of the report. */
export const scenarios: readonly Scenario[] = [
  text,
  field,
  record,
  peers,
  schemes,
  latency,
  stream,
  records,
  start,
  service,
  kmsServer,
  openpgpMessage,
  openpgpFile,
  openpgpRsa,
  openpgpModern,
  openpgpRing,
  overhead,
  kmsCalls,
]

/** @throws Error that names those that there are */
export function scenarioByName(name: string): Scenario {
  const scenario = scenarios.find((each) => each.name === name)
  if (scenario) return scenario
  throw new Error(`No scenario "${name}" (have: ${scenarios.map((each) => each.name).join(', ')})`)
}

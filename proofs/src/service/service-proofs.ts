import type { Proof } from '../proof.js'
import { serviceAudit } from './audit.js'
import { serviceAuth } from './auth.js'
import { serviceFull } from './full.js'
import { serviceInputs } from './inputs.js'
import { instances } from './instances.js'
import { serviceKill } from './kill.js'
import { serviceLeaklog } from './leaklog.js'
import { serviceOutage } from './outage.js'
import { serviceSoak } from './soak.js'
import { serviceTorn } from './torn.js'

/** What is claimed of the service. */
export const serviceProofs: readonly Proof[] = [
  serviceKill,
  serviceTorn,
  serviceFull,
  serviceOutage,
  serviceAudit,
  serviceAuth,
  serviceInputs,
  serviceLeaklog,
  serviceSoak,
  instances,
]

import { faults } from './faults/faults.js'
import { inputs } from './inputs/inputs.js'
import { leaklog } from './leaklog/leaklog.js'
import { outage } from './outage/outage.js'
import type { Proof } from './proof.js'
import { redkey } from './redkey/redkey.js'
import { salamander } from './salamander/salamander.js'
import { swap } from './swap/swap.js'

/** Every proof, in the order in which `--all` runs them. */
export const proofs: readonly Proof[] = [swap, salamander, inputs, leaklog, redkey, faults, outage]

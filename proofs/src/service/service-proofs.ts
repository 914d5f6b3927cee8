import type { Proof } from '../proof.js'
import { instances } from './instances.js'
import { serviceKill } from './kill.js'

/** What is claimed of the service. */
export const serviceProofs: readonly Proof[] = [serviceKill, instances]

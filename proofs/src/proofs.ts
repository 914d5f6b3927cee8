import { audit } from './audit/audit.js'
import { auth } from './auth/auth.js'
import { faults } from './faults/faults.js'
import { full } from './full/full.js'
import { golden } from './golden/golden.js'
import { inputs } from './inputs/inputs.js'
import { kill } from './kill/kill.js'
import { kmsFull } from './kms-full/kms-full.js'
import { kmsStart } from './kms-start/kms-start.js'
import { leaklog } from './leaklog/leaklog.js'
import { mutants } from './mutants/mutants.js'
import { outage } from './outage/outage.js'
import type { Proof } from './proof.js'
import { quota } from './quota/quota.js'
import { records } from './records/records.js'
import { recover } from './recover/recover.js'
import { redkey } from './redkey/redkey.js'
import { regions } from './regions/regions.js'
import { salamander } from './salamander/salamander.js'
import { serviceProofs } from './service/service-proofs.js'
import { soak } from './soak/soak.js'
import { stampede } from './stampede/stampede.js'
import { swap } from './swap/swap.js'
import { torn } from './torn/torn.js'
import { vectors } from './vectors/vectors.js'

/** Every proof, in the order in which `--all` runs them. */
export const proofs: readonly Proof[] = [
  swap,
  salamander,
  inputs,
  auth,
  leaklog,
  redkey,
  faults,
  outage,
  regions,
  stampede,
  quota,
  kill,
  ...serviceProofs,
  torn,
  full,
  kmsFull,
  audit,
  kmsStart,
  records,
  recover,
  soak,
  vectors,
  golden,
  mutants,
]

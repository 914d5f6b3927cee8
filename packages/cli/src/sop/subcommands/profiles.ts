import type { KeyAlgorithm } from '@parasol/backend-gpg/stateless'
import { SopError } from '../sop-error.js'

export interface Profile {
  readonly what: string
  readonly algorithm: KeyAlgorithm
}

const COMPATIBILITY: Profile = {
  what: 'version 4 keys on Curve25519, which gpg 2.2 and everything later reads',
  algorithm: 'curve25519',
}

/** The first of each is the default. */
export const PROFILES: Readonly<Record<string, Readonly<Record<string, Profile>>>> = {
  'generate-key': {
    compatibility: COMPATIBILITY,
    rfc4880: {
      what: 'version 4 keys of RSA with 3072 bits, for programs without elliptic curves',
      algorithm: 'rsa3072',
    },
    security: { what: 'version 4 keys on NIST P-521', algorithm: 'nistp521' },
  },
  encrypt: { compatibility: { ...COMPATIBILITY, what: 'what gpg 2.2 and everything later reads' } },
}

/** @throws SopError UNSUPPORTED_PROFILE */
export function profileOf(subcommand: string, name: string | undefined): Profile {
  const profiles = PROFILES[subcommand] ?? {}
  const wanted = name === undefined || name === 'default' ? Object.keys(profiles)[0] : name
  const profile = Object.hasOwn(profiles, wanted ?? '') ? profiles[wanted ?? ''] : undefined
  if (profile) return profile
  throw new SopError('UNSUPPORTED_PROFILE', `No such profile: sop list-profiles ${subcommand}`)
}

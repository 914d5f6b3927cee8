import type { KeyAlgorithm, KeyProfile, Profile as MessageProfile } from '@parasol/backend-gpg/stateless'
import { SopError } from '../sop-error.js'

export interface Profile {
  readonly what: string
  /** Of keys. */
  readonly algorithm?: KeyAlgorithm
  readonly keys?: KeyProfile
  readonly messages?: MessageProfile
}

/** The first of each is the default. */
export const PROFILES: Readonly<Record<string, Readonly<Record<string, Profile>>>> = {
  'generate-key': {
    compatibility: { what: 'version 4 keys on Curve25519, which gpg 2.2 and everything later reads' },
    rfc4880: {
      what: 'version 4 keys of RSA with 3072 bits, for programs without elliptic curves',
      algorithm: 'rsa3072',
    },
    security: { what: 'version 4 keys on NIST P-521', algorithm: 'nistp521' },
    rfc9580: { what: 'version 6 keys on Curve25519, for those who read RFC 9580', keys: 'modern' },
  },
  encrypt: {
    auto: { what: 'RFC 9580 if all certificates say that it is read, else what gpg 2.2 reads', messages: 'auto' },
    compatibility: { what: 'what gpg 2.2 and everything later reads', messages: 'compat' },
    rfc9580: { what: 'authenticated encryption, and passwords under Argon2', messages: 'modern' },
  },
}

/** @throws SopError UNSUPPORTED_PROFILE */
export function profileOf(subcommand: string, name: string | undefined): Profile {
  const profiles = PROFILES[subcommand] ?? {}
  const wanted = name === undefined || name === 'default' ? Object.keys(profiles)[0] : name
  const profile = Object.hasOwn(profiles, wanted ?? '') ? profiles[wanted ?? ''] : undefined
  if (profile) return profile
  throw new SopError('UNSUPPORTED_PROFILE', `No such profile: sop list-profiles ${subcommand}`)
}

import { enums, type PublicKey } from 'openpgp'
import { gpgError } from './gpg-errors.js'
import { openpgpConfig, toleratedNow } from './openpgp-config.js'
import { type SelfSignature, selfSignature } from './openpgp-internals.js'
import { requireCompatibleKey, requireUsableKey, shown } from './usable-key.js'

/**
 * How messages are written. `compat`: as gpg 2.2 and everything later reads them. `modern`: as RFC 9580 has them, with
 * authenticated encryption; refused unless every recipient's key says that its owner's program reads them. `auto`: modern
 * if every recipient's key says so, else in the form that gpg 2.2 reads.
 */
export type Profile = 'compat' | 'modern' | 'auto'

export const PROFILES: readonly Profile[] = ['compat', 'modern', 'auto']

/** What authenticated data is encrypted with. */
export interface CipherSuite {
  readonly cipher: 'aes128' | 'aes256'
  readonly mode: 'ocb' | 'gcm'
}

/** In the order in which we take them, from those that every recipient prefers to others. */
const SUITES: readonly CipherSuite[] = [
  { cipher: 'aes256', mode: 'ocb' },
  { cipher: 'aes256', mode: 'gcm' },
  { cipher: 'aes128', mode: 'ocb' },
]
const STRONGEST = { cipher: 'aes256', mode: 'ocb' } as const
/** Every program that reads RFC 9580 has it, whether its keys say so or not: section 5.2.3.15. */
const MANDATORY = { cipher: 'aes128', mode: 'ocb' } as const

/**
 * The cipher suite for a message to these, or undefined if it is to be in the form that gpg 2.2 reads.
 *
 * @throws CryptoError KEY_UNUSABLE for a key that cannot be encrypted to now; reason GPG_KEY_INCOMPATIBLE for one whose
 * owner cannot be expected to read what the profile writes
 */
export async function chooseSuite(
  profile: Profile,
  recipients: readonly PublicKey[],
): Promise<CipherSuite | undefined> {
  for (const key of recipients) await requireFor(profile, key)
  if (profile === 'compat') return undefined
  const said = await Promise.all(recipients.map(whatIsSaid))
  const unable = recipients.find((_key, index) => !readsAuthenticated(said[index]))
  if (!unable) return recipients.length > 0 || profile === 'modern' ? common(said) : undefined
  if (profile === 'auto') return undefined
  throw gpgError('GPG_KEY_INCOMPATIBLE', `The key ${shown(unable)} does not say that its owner reads RFC 9580`)
}

async function requireFor(profile: Profile, key: PublicKey): Promise<void> {
  if (profile === 'compat') await requireCompatibleKey(key, 'encrypt to')
  else await requireUsableKey(key, 'encrypt to')
}

function whatIsSaid(key: PublicKey): Promise<SelfSignature | undefined> {
  return selfSignature(key, toleratedNow(), openpgpConfig).catch(() => undefined)
}

const SEIPD_VERSION_2 = 8

function readsAuthenticated(said: SelfSignature | undefined): boolean {
  return ((said?.features?.[0] ?? 0) & SEIPD_VERSION_2) !== 0
}

/** A password says nothing of what its owner's program prefers. */
function common(said: readonly (SelfSignature | undefined)[]): CipherSuite {
  if (said.length === 0) return STRONGEST
  return SUITES.find((suite) => said.every((each) => prefers(each, suite))) ?? MANDATORY
}

function prefers(said: SelfSignature | undefined, { cipher, mode }: CipherSuite): boolean {
  const suites = said?.preferredCipherSuites ?? []
  return suites.some(([symmetric, aead]) => symmetric === enums.symmetric[cipher] && aead === enums.aead[mode])
}

import type { KeySource } from './key-ring.js'
import type { Profile } from './profile.js'
import type { SessionKeyPolicy } from './reuse/session-key-policy.js'
import type { ContactSource } from './trust/contacts.js'

export interface GpgOptions {
  readonly keyRing: KeySource
  /** Those who can read, by full fingerprints or contacts. Name your own key among them to read what you write. */
  readonly recipients: readonly string[]
  /** How messages are written; they are read in every form. `compat` by default. */
  readonly profile?: Profile
  /** Where names of contacts become fingerprints; without it, there are fingerprints only. */
  readonly contacts?: ContactSource
  /** Opens every message as well as the keys do; without recipients it is the only way. Asked once, when it is needed. */
  readonly password?: () => string | Promise<string>
  /** Whether messages do not say who can read them; with one recipient only, for few programs read others. */
  readonly hidden?: boolean
  /** The key that signs; its secret key is in the ring. */
  readonly signer?: string
  /** Those whose signatures are accepted; by default the signer. */
  readonly verify?: readonly string[]
  /** The keys that decrypt; by default those of the recipients and the signer whose secret keys are in the ring. */
  readonly decryptWith?: readonly string[]
  /** Asked once for each secret key that is locked, when it is first needed. */
  readonly passphrase?: (fingerprint: string) => string | Promise<string>
  /**
   * `signed`: the context is bound by the signature, and demanded of it. `refused`, the default: messages as partners
   * exchange them, which take no context.
   */
  readonly context?: 'signed' | 'refused'
  /**
   * Whether messages without a signature are read, and without `verify` also those whose signatures cannot be judged.
   * False by default, and never with `context: signed`.
   */
  readonly allowUnsigned?: boolean
  /** How long session keys live; by default each message has one of its own. */
  readonly sessionKeys?: SessionKeyPolicy
  /** Whether messages are written as text; they are read in both forms. False by default. */
  readonly armor?: boolean
  /** `gpg` by default. */
  readonly scheme?: string
}

export { parseFingerprint } from './fingerprint.js'
export {
  generateGpgKey,
  KEY_ALGORITHMS,
  KEY_PROFILES,
  type KeyAlgorithm,
  type KeyProfile,
  type NewKey,
  type NewKeyOptions,
} from './generate-key.js'
export { GPG_REASONS, type GpgReason } from './gpg-errors.js'
export type { GpgOptions } from './gpg-options.js'
export { GpgProvider } from './gpg-provider.js'
export { inspectMessage, MAX_MESSAGE_HEAD_BYTES, type MessageInspection } from './inspect-message.js'
export { type ClaimedSigner, inspectSignatures, type SignatureInspection } from './inspect-signatures.js'
export { FolderKeyFiles, type KeyFiles } from './key-files.js'
export { type ImportReport, KeyRing, type KeySource, type RingEntry } from './key-ring.js'
export { type KeyAbility, type KeyPart, type KeySummary, summarize } from './key-summary.js'
export type { PassphraseSource } from './keys/edit-key.js'
export { type ExportKind, KeyKeeper, type KeyKeeperOptions } from './keys/key-keeper.js'
export { REVOCATION_REASONS, type Revocation, type RevocationReason } from './keys/revoke-key.js'
export type { SubkeyPurpose } from './keys/rotate-subkeys.js'
export type { SkippedKey } from './parse-keys.js'
export { PROFILES, type Profile } from './profile.js'
export type { RememberLimits, ReuseLimits, SessionKeyPolicy } from './reuse/session-key-policy.js'
export { sealedBy, sealRing, unsealRing } from './seal-ring.js'
export { type KeySealer, SealedKeyFiles } from './sealed-key-files.js'
export { CONTEXT_NOTATION, RECIPIENTS_NOTATION } from './signatures.js'
export {
  type Contact,
  type ContactSource,
  Contacts,
  type ContactUse,
  isContactName,
  type PinnedContacts,
} from './trust/contacts.js'
export { findRivals, type Rival } from './trust/rivals.js'
export { type KeyCandidate, lookUpWkd, type WkdOptions, wkdUrls } from './trust/wkd.js'

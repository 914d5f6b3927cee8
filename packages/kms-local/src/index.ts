export {
  type GrantedKey,
  grantAccessKey,
  grantRole,
  listPrincipals,
  type PolicyNames,
  type PrincipalFacts,
} from './access-administration.js'
export type { AccessControl, AccessKeyOptions } from './access-control.js'
export { administer } from './administer.js'
export { type ArchiveOptions, archive } from './archive.js'
export type { AuditEvent } from './audit-event.js'
export { AuditLog } from './audit-log.js'
export { AuditReader } from './audit-reader.js'
export type { AuditQuery } from './audit-search.js'
export type { AuditedEvents } from './audit-verification.js'
export { type BackUpOptions, type Backup, backUp } from './back-up.js'
export { type BackupSeal, isPassphraseSealed, passphraseSeal, providerSeal } from './backup-seal.js'
export type { StoreComparison } from './compare-stores.js'
export { type DrillOptions, type DrillReport, drill } from './drill.js'
export { FaultInjector, type FaultPlan, type FaultRule, parseFaultPlan } from './fault-plan.js'
export { type FaultName, faultNames, transientFaultNames } from './injected-faults.js'
export { ARN_PREFIX } from './key-names.js'
export { KeyService, type KeyUse } from './key-service.js'
export { KeyStore } from './key-store.js'
export type { KeyStoreOptions } from './key-store-options.js'
export type { AccessKey, Alias, Key, KeyMetadata, KeyState, KeyVersion } from './keys.js'
export { LocalKms, type LocalKmsOptions } from './local-kms.js'
export type { Policy, Statement } from './policy.js'
export type { AttachedPolicy, Principal, Role, User } from './principals.js'
export { CLOUD_QUOTAS, parseQuota, type Quotas } from './quotas.js'
export { CLOCK_TOLERANCE_MS, signRequest } from './request-signature.js'
export { type RestoreOptions, type RestoreReport, restore } from './restore.js'
export type { RootKeySource } from './root-key.js'
export type { Damage } from './sealed-log.js'
export { type ServedStore, type ServeSurroundings, serve } from './serve.js'
export { type KmsServer, type KmsServerOptions, startKmsServer } from './server.js'
export { type SystemPolicyName, systemPolicies } from './system-policies.js'

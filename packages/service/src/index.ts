export {
  headPath,
  type LogDamage,
  type LogHead,
  type LogReport,
  readHead,
  type VerifyOptions,
  verifyLog,
} from '@parasol/core/files'
export { openApiDocument } from './api/openapi.js'
export type { RequestReport } from './app.js'
export { type AuditEntry, AuditLog } from './audit-log.js'
export { type BackupEntry, BackupLog, digestContext } from './backup-log.js'
export { type Caller, callerOfKey, createApiKey, hashApiKey, type Operation, type Permission } from './callers.js'
export { type ConfiguredLog, findLog, type LogName, logNames } from './configured-log.js'
export {
  type AuditQuery,
  type BackupQuery,
  findAudits,
  findBackups,
  greenKeyId,
  type LogQuery,
} from './find-entries.js'
export type { KeptLog } from './kept-log.js'
export type { ServiceLimits } from './limits.js'
export { type LogSource, logFiles } from './log-source.js'
export { type SignatureStamp, type SigningKey, signRequest } from './message-signature.js'
export { type ConfiguredService, type OpenServiceOptions, openService } from './open-service.js'
export { type LogFacts, type LogLevel, OperatorLog } from './operator-log.js'
export {
  exportBackups,
  type FlatRecord,
  type Remnant,
  type Restored,
  restoreRecord,
  restoreRecords,
} from './restore-records.js'
export { type ServeOptions, serve } from './serve.js'
export { type RunningService, type ServiceOptions, type ServiceSettings, startService } from './service.js'
export { type ServiceSection, serviceSection } from './service-section.js'
export type { ServiceTls } from './tls.js'

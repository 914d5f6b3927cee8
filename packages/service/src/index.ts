export { type Caller, callerOfKey, createApiKey, hashApiKey, type Operation } from './callers.js'
export type { ServiceLimits } from './limits.js'
export { type RunningService, type ServiceOptions, startService } from './service.js'

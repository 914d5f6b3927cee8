export { FailoverKms, type FailoverKmsOptions, type FailoverMember } from './failover-kms.js'

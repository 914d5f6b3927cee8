export { AliyunKms, type AliyunKmsOptions, type TransportName } from './aliyun-kms.js'
export { type CredentialProviderOptions, credentialProvider } from './credential-provider.js'
export { type AliyunCredentials, type CredentialsSource, environmentCredentials } from './credentials.js'
export type { ResilienceOptions } from './resilience.js'

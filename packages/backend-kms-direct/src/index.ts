export { type KmsDirectOptions, KmsDirectProvider } from './kms-direct-provider.js'

export {
  type BatchItem,
  type BatchResult,
  type FlatFields,
  type Items,
  type Rewrapped,
  ServiceClient,
  type ServiceClientOptions,
  type WithKey,
} from './client/service-client.js'
export { ServiceError } from './client/service-error.js'

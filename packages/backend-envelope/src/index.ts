export { type EnvelopeOptions, EnvelopeProvider } from './envelope-provider.js'
export { FIELD_OVERHEAD } from './field.js'
export { type EnvelopeInspection, inspectEnvelope } from './inspect.js'
export { suiteNames } from './suites.js'

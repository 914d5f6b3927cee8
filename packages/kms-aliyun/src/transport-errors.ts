import { CryptoError } from '@parasol/core'

/** @param detail what is wrong with the answer, without anything of its content */
export function malformedAnswer(action: string, detail: string): CryptoError {
  return new CryptoError('KMS_PROTOCOL', `The KMS answered ${action} with ${detail}`)
}

const CERTIFICATE = /CERT|^UNABLE_TO_|^ERR_TLS_/

/**
 * The error for what the client throws when there is no answer, or none that is JSON. Of Node's errors only the code is
 * kept: the client writes the URL of the request, with the access key and its signature, into their messages.
 */
export function fromTransport(action: string, thrown: unknown): CryptoError {
  const { name, code } = Object(thrown) as { name?: unknown; code?: unknown }
  if (name === 'RequestTimeoutError') return new CryptoError('TIMEOUT', `The KMS did not answer ${action} in time`)
  if (typeof code !== 'string' || !/^[A-Z][A-Z0-9_]{1,63}$/.test(code) || code.startsWith('HPE_')) {
    return malformedAnswer(action, 'something that is not an answer')
  }
  const remedy = CERTIFICATE.test(code) ? ': trust the CA of its certificate by "ca", or by NODE_EXTRA_CA_CERTS' : ''
  const message = `The KMS cannot be reached for ${action} (${code})${remedy}`
  return new CryptoError('KMS_UNAVAILABLE', message, { reason: code })
}

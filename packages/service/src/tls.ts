import { X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls'
import { CryptoError } from '@parasol/core'

/** What the service shows, and whom it believes, over TLS. All texts are PEM. */
export interface ServiceTls {
  /** Its certificate, followed by those between it and the authority that callers know. */
  readonly certificate: string
  readonly key: string
  /** The authorities that sign the certificates of callers; without them no certificate is asked for. */
  readonly clientAuthorities?: string | undefined
  /** Whether a connection needs a certificate of a caller to be made at all; it may have an API key instead by default. */
  readonly clientCertificates?: 'optional' | 'required' | undefined
}

/**
 * What can change while the service runs: certificate, key and authorities.
 *
 * @throws CryptoError INVALID_CONFIG if they cannot be read or do not belong together
 */
export function secureContextOptions({ certificate, key, clientAuthorities }: ServiceTls): SecureContextOptions {
  const options: SecureContextOptions = {
    cert: certificate,
    key,
    minVersion: 'TLSv1.2',
    ...(clientAuthorities === undefined ? {} : { ca: clientAuthorities }),
  }
  try {
    createSecureContext(options)
    if (clientAuthorities !== undefined) new X509Certificate(clientAuthorities)
  } catch {
    // OpenSSL's own words may quote what it read.
    throw new CryptoError(
      'INVALID_CONFIG',
      'The certificate, key and authorities of the service are not PEM that belongs together',
    )
  }
  return options
}

/** @throws CryptoError INVALID_CONFIG as above, and if certificates are required that no authority can have signed */
export function tlsOptions(tls: ServiceTls, handshakeTimeout: number): TlsOptions {
  const { clientAuthorities, clientCertificates = 'optional' } = tls
  if (clientCertificates === 'required' && clientAuthorities === undefined) {
    throw new CryptoError(
      'INVALID_CONFIG',
      'Client certificates are required, but no authority that signs them is given',
    )
  }
  return {
    ...secureContextOptions(tls),
    handshakeTimeout,
    requestCert: clientAuthorities !== undefined,
    rejectUnauthorized: clientCertificates === 'required',
  }
}

import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { CryptoError } from '@parasol/core'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** The certificates of a file in PEM. @throws CryptoError INVALID_CONFIG for a file without any, or with one that is none */
export async function readCa(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new CryptoError('INVALID_CONFIG', `The CA file "${path}" of the KMS cannot be read`, { cause })
  })
  const certificates = text.match(CERTIFICATE) ?? []
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new CryptoError('INVALID_CONFIG', `The CA file "${path}" of the KMS must hold certificates in PEM`)
  }
  return certificates
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Caller } from './callers.js'

/** How a caller's certificate may be named: its SHA-256 in lower-case hex, or one of its DNS names, which outlives it. */
export const CERTIFICATE_NAME: RegExp =
  /^(?:[0-9a-f]{64}|(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*)$/

/** Finds the caller of a connection's certificate, if an authority of the service signed it and it is valid. */
export function callerOfCertificate(callers: readonly Caller[]): (socket: Socket) => Caller | undefined {
  const named = callers.flatMap((caller) => (caller.certificates ?? []).map((name) => ({ name, caller })))
  return (socket) => {
    if (named.length === 0 || !(socket instanceof TLSSocket) || !socket.authorized) return undefined
    const certificate = socket.getPeerX509Certificate()
    return certificate && named.find(({ name }) => isNamed(certificate, name))?.caller
  }
}

function isNamed(certificate: X509Certificate, name: string): boolean {
  if (certificate.fingerprint256.replaceAll(':', '').toLowerCase() === name) return true
  return certificate.checkHost(name, { subject: 'never', wildcards: false }) !== undefined
}

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Caller } from './callers.js'
import { CONTEXT_HEADER } from './context-header.js'
import { HttpFault } from './http-fault.js'
import type { Identity } from './identify.js'
import { contentDigest, LABEL, signatureBase, signatureParameters } from './message-signature.js'
import type { ReplayGuard } from './replay-guard.js'

const STAMP = /;created=(\d{1,12});nonce="([\w-]{16,128})";keyid="([\w.-]{1,64})";/
const SIGNATURE = new RegExp(`^${LABEL}=:([A-Za-z0-9+/]{43}=):$`)
/** Tried in place of an unknown caller's, so that one takes as long. */
const NO_SECRET = ['']

/**
 * Finds who signed a request (see `signRequest`). Every refusal is the same one.
 *
 * @throws HttpFault UNAUTHORIZED
 */
export function callerOfSignature(
  callers: readonly Caller[],
  replayGuard: ReplayGuard,
): (request: IncomingMessage) => Identity {
  const byName = new Map(callers.map((caller) => [caller.name, caller]))
  return ({ method = '', url = '', headers }) => {
    const input = single(headers['signature-input'])
    const [, created = '', nonce = '', name = ''] = STAMP.exec(input) ?? []
    const digest = single(headers['content-digest'])
    const context = headers[CONTEXT_HEADER]
    const signed = { method, path: url, digest, context: context === undefined ? undefined : single(context) }
    const stamp = { created: Number(created), nonce }
    const parameters = signatureParameters(signed, name, stamp)
    const [, signature = ''] = SIGNATURE.exec(single(headers['signature'])) ?? []
    const caller = byName.get(name)
    const isRight = isSignedBy(caller?.secrets ?? NO_SECRET, signatureBase(signed, parameters), signature)
    if (!caller || !isRight || input !== `${LABEL}=${parameters}`) throw new HttpFault('UNAUTHORIZED')
    replayGuard.admit(caller.name, stamp)
    return { caller, requireBody: (body) => requireDigest(body, digest) }
  }
}

function isSignedBy(secrets: readonly string[], base: string, signature: string): boolean {
  const given = Buffer.from(signature, 'base64')
  let found = false
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(base).digest()
    if (given.length === expected.length && timingSafeEqual(given, expected) && secret !== '') found = true
  }
  return found
}

function requireDigest(body: Uint8Array, digest: string): void {
  if (contentDigest(body) !== digest) throw new HttpFault('UNAUTHORIZED')
}

function single(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : ''
}

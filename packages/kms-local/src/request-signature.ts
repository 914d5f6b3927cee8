import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Acs3Request, readAuthorization, signAcs3 } from './acs3-signature.js'
import { KmsFault } from './faults.js'
import type { AccessKey } from './keys.js'
import { percentEncode } from './percent-encoding.js'

/** How far a request's clock may be from ours, in milliseconds. */
export const CLOCK_TOLERANCE_MS = 15 * 60 * 1000

const digests: ReadonlyMap<string, string> = new Map([
  ['HMAC-SHA1', 'sha1'],
  ['HMAC-SHA256', 'sha256'],
])

/**
 * The signature of Alibaba Cloud's RPC style: base64 of HMAC(secret & "&", method & "&%2F&" & encoded parameters),
 * where the parameters, sorted by name, are all of the request's but the signature.
 */
export function signRequest(
  method: string,
  parameters: ReadonlyMap<string, string>,
  secret: string,
  signatureMethod = 'HMAC-SHA1',
): Buffer {
  const names = [...parameters.keys()].sort()
  let canonical = ''
  for (const name of names) {
    if (name === 'Signature') continue
    canonical += `${canonical === '' ? '' : '&'}${percentEncode(name)}=${percentEncode(parameters.get(name) ?? '')}`
  }
  const digest = digests.get(signatureMethod) ?? 'sha1'
  return createHmac(digest, `${secret}&`)
    .update(`${method}&%2F&${percentEncode(canonical)}`)
    .digest()
}

/** What a request is signed with. */
interface Secret {
  readonly secret: string
}

export interface VerifierOptions<T extends Secret> {
  /** @param securityToken that of a session */
  accessKey(id: string, securityToken: string | undefined): T | undefined
  readonly now?: () => Date
}

/** Decides whether a request was made by the holder of an access key, now, and for the first time. */
export class RequestVerifier<T extends Secret = AccessKey> {
  readonly #accessKey: VerifierOptions<T>['accessKey']
  readonly #now: () => Date
  readonly #seen = new SeenSignatures()

  constructor({ accessKey, now = () => new Date() }: VerifierOptions<T>) {
    this.#accessKey = accessKey
    this.#now = now
  }

  /** The RPC style: the signature is one of the parameters. @throws KmsFault as the cloud words it */
  verify(method: string, parameters: ReadonlyMap<string, string>): T {
    const accessKeyId = required(parameters, 'AccessKeyId')
    const signature = Buffer.from(required(parameters, 'Signature'), 'base64')
    const signatureMethod = required(parameters, 'SignatureMethod')
    if (!digests.has(signatureMethod) || required(parameters, 'SignatureVersion') !== '1.0') {
      throw new KmsFault('IncompleteSignature')
    }
    const time = parseTimestamp(required(parameters, 'Timestamp'), 'Timestamp')
    const accessKey = this.#find(accessKeyId, parameters.get('SecurityToken'))
    this.#accept(signRequest(method, parameters, accessKey.secret, signatureMethod), signature, time)
    return accessKey
  }

  /** The style of the newer SDKs: the signature is in a header. @throws KmsFault as the cloud words it */
  verifyAcs3(request: Acs3Request): T {
    const { accessKeyId, signedHeaders, signature } = readAuthorization(request)
    const time = parseTimestamp(request.headers.get('x-acs-date') ?? '', 'x-acs-date')
    const accessKey = this.#find(accessKeyId, request.headers.get('x-acs-security-token'))
    this.#accept(signAcs3(request, signedHeaders, accessKey.secret), signature, time)
    return accessKey
  }

  #find(accessKeyId: string, securityToken: string | undefined): T {
    const accessKey = this.#accessKey(accessKeyId, securityToken || undefined)
    if (!accessKey) throw new KmsFault('InvalidAccessKeyId.NotFound')
    return accessKey
  }

  #accept(expected: Buffer, signature: Buffer, time: number): void {
    if (expected.length !== signature.length || !timingSafeEqual(expected, signature)) {
      throw new KmsFault('SignatureDoesNotMatch')
    }
    const now = this.#now().getTime()
    if (Math.abs(now - time) > CLOCK_TOLERANCE_MS) throw new KmsFault('IllegalTimestamp')
    if (!this.#seen.add(expected, time, now)) throw new KmsFault('SignatureNonceUsed')
  }
}

const MINUTE_MS = 60_000
/** Most signatures that are remembered, some 4,000 a second; beyond it requests are throttled, not replays let in. */
const MAX_SEEN = 4_000_000

/**
 * Signatures for as long as the time of their request can be right. Nonces are no use: the official client draws them
 * from so few numbers that they collide by chance.
 */
class SeenSignatures {
  /** By the minute of the request's own time, so that a whole minute is forgotten at once. */
  readonly #minutes = new Map<number, Set<number>>()
  #size = 0

  /** Whether the signature is new. */
  add(signature: Buffer, time: number, now: number): boolean {
    const minute = Math.floor(time / MINUTE_MS)
    const seen = this.#minutes.get(minute) ?? this.#begin(minute, now)
    const fingerprint = signature.readUIntBE(0, 6)
    if (seen.has(fingerprint)) return false
    if (this.#size >= MAX_SEEN) throw new KmsFault('Rejected.Throttling')
    seen.add(fingerprint)
    this.#size += 1
    return true
  }

  #begin(minute: number, now: number): Set<number> {
    for (const [old, { size }] of this.#minutes) {
      if ((old + 1) * MINUTE_MS + CLOCK_TOLERANCE_MS >= now) continue
      this.#minutes.delete(old)
      this.#size -= size
    }
    const seen = new Set<number>()
    this.#minutes.set(minute, seen)
    return seen
  }
}

function required(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name)
  if (value === undefined || value === '') throw new KmsFault('MissingParameter', name)
  return value
}

let [lastText, lastTime] = ['', Number.NaN]

/** Most requests are of the same second as the one before. */
function parseTimestamp(text: string, parameter: string): number {
  if (text === lastText) return lastTime
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw new KmsFault('InvalidParameter', parameter)
  lastText = text
  lastTime = time
  return time
}

import { createHash } from 'node:crypto'
import { CryptoError } from '@parasol/core'
import type { PublicKey } from 'openpgp'
import { gpgError } from '../gpg-errors.js'
import { parseKeys } from '../parse-keys.js'
import { shown } from '../usable-key.js'

export interface WkdOptions {
  /** By default the `fetch` of Node.js. */
  readonly fetch?: typeof fetch
  readonly signal?: AbortSignal
}

/** A key that a mail domain gives out for an address: a candidate, which nobody has compared. */
export interface KeyCandidate {
  readonly fingerprint: string
  readonly userIds: readonly string[]
  /** Binary; only what was asked for. */
  readonly certificate: Uint8Array
  /** Where it came from. */
  readonly url: string
}

const MAX_BYTES = 1024 * 1024
const TIMEOUT_MS = 10_000
const MAX_CANDIDATES = 16

/**
 * Looks an address up in its domain's Web Key Directory, by the advanced and then the direct method, over HTTPS and without
 * following redirects. What comes is never imported and never trusted here.
 *
 * @throws CryptoError INVALID_INPUT for what is no address of a public domain; KEY_NOT_FOUND if there is none; IO
 */
export async function lookUpWkd(address: string, options: WkdOptions = {}): Promise<readonly KeyCandidate[]> {
  const email = address.toLowerCase()
  let failure: unknown
  for (const url of wkdUrls(address)) {
    try {
      const body = await download(url, options)
      if (!body) continue
      const { keys } = await parseKeys(body)
      const candidates = keys.filter((key) => hasAddress(key, email)).map((key) => candidate(key, url))
      if (candidates.length > 0) return candidates.slice(0, MAX_CANDIDATES)
    } catch (error) {
      if (options.signal?.aborted) throw error
      failure = error
    }
  }
  if (CryptoError.is(failure)) throw failure
  throw gpgError('GPG_KEY_NOT_FOUND', 'The domain of that address gives out no key for it')
}

/** Where a domain keeps the key of an address: draft-koch-openpgp-webkey-service, section 3.1. */
export function wkdUrls(address: string): readonly string[] {
  const [, local = '', host = ''] = /^([^\s@<>"(),:;\\[\]]+)@([^\s@]+)$/.exec(address) ?? []
  const domain = host.toLowerCase()
  if (local === '' || !isPublicName(domain)) {
    throw gpgError('GPG_ADDRESS_INVALID', 'Expected an e-mail address of a public domain, such as someone@example.com')
  }
  const hash = zBase32(createHash('sha1').update(local.toLowerCase()).digest())
  const key = `hu/${hash}?l=${encodeURIComponent(local)}`
  return [
    `https://openpgpkey.${domain}/.well-known/openpgpkey/${domain}/${key}`,
    `https://${domain}/.well-known/openpgpkey/${key}`,
  ]
}

const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/
const PRIVATE = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|test|invalid|onion|arpa)$/

/** Neither a number of an address nor a name that only this network knows. */
function isPublicName(domain: string): boolean {
  const labels = domain.split('.')
  const isName = labels.length > 1 && domain.length <= 253 && labels.every((label) => LABEL.test(label))
  return isName && /[a-z]/.test(labels.at(-1) ?? '') && !PRIVATE.test(domain)
}

async function download(url: string, { fetch: get = fetch, signal }: WkdOptions): Promise<Uint8Array | undefined> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  const either = signal ? AbortSignal.any([signal, timeout]) : timeout
  try {
    const response = await get(url, { redirect: 'error', credentials: 'omit', signal: either })
    if (response.status !== 200 || !response.body) return undefined
    return await gather(response.body)
  } catch (cause) {
    if (signal?.aborted) throw new CryptoError('ABORTED', 'The operation was aborted')
    if (CryptoError.is(cause)) throw cause
    throw new CryptoError('IO', 'The key directory of that domain could not be reached, or answers too slowly', {
      cause,
    })
  }
}

async function gather(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > MAX_BYTES) {
      throw new CryptoError('IO', `The key directory of that domain gives more than ${MAX_BYTES} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A directory must give nothing but keys of the address that was asked for. */
function hasAddress(key: PublicKey, email: string): boolean {
  return key.users.some(({ userID }) => (userID?.email || userID?.userID || '').toLowerCase() === email)
}

function candidate(key: PublicKey, url: string): KeyCandidate {
  const certificate = key.toPublic()
  return { fingerprint: shown(key), userIds: key.getUserIDs(), certificate: certificate.write(), url }
}

const ALPHABET = 'ybndrfg8ejkmcpqxot1uwisza345h769'

function zBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}

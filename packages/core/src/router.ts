import { Cipher } from './cipher.js'
import { CryptoError } from './errors.js'
import type { CryptoProvider } from './provider.js'
import { isSchemeName } from './token.js'

/** What a kind of data is protected with. */
export interface UseCase {
  /** The scheme that encrypts. */
  readonly scheme: string
  /** Further schemes whose tokens are read: those from which data is moving. */
  readonly reads?: readonly string[]
  /** Bound to every value; by default the use case's name. Keep the old name here when you rename a use case. */
  readonly purpose?: string
}

/** Finds the cipher of a use case. */
export interface CryptoRouter<Name extends string = string> {
  readonly useCases: readonly Name[]
  /** @throws CryptoError UNKNOWN_USE_CASE */
  for(useCase: Name): Cipher
}

// Nothing here can be confused with the separators that a KMS may put between the parts of a context.
const USE_CASE_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}._-]{0,127}$/u

/** Whether a string can name a use case or be its purpose: letters, digits, "_", "-" and ".", at most 128. */
export function isUseCaseName(name: string): boolean {
  return USE_CASE_NAME.test(name)
}

/**
 * Routes each use case to its scheme:
 *
 *     const crypto = createCrypto([envelope, kmsDirect], {
 *       'customer.phone': { scheme: 'envelope' },
 *       'customer.idCard': { scheme: 'envelope', reads: ['kms-direct'] },
 *     })
 *     const token = await crypto.for('customer.phone').encrypt('13800138000', { customerId: '7' })
 *
 * @throws CryptoError INVALID_CONFIG that names the use case and what it lacks
 */
export function createCrypto<Name extends string>(
  providers: readonly CryptoProvider[],
  useCases: Readonly<Record<Name, UseCase>>,
): CryptoRouter<Name> {
  const byScheme = indexByScheme(providers)
  const entries = Object.entries<UseCase>(useCases) as [Name, UseCase][]
  const ciphers = new Map<string, Cipher>(
    entries.map(([name, useCase]) => [name, createCipher(name, useCase, byScheme)]),
  )
  return {
    useCases: entries.map(([name]) => name),
    for(name) {
      const cipher = ciphers.get(name)
      if (cipher) return cipher
      const known = entries.map(([known]) => known).join(', ')
      throw new CryptoError('UNKNOWN_USE_CASE', `No use case "${name}" (have: ${known || 'none'})`)
    },
  }
}

function indexByScheme(providers: readonly CryptoProvider[]): ReadonlyMap<string, CryptoProvider> {
  const byScheme = new Map<string, CryptoProvider>()
  for (const provider of providers) {
    if (!isSchemeName(provider.scheme)) {
      throw invalid(`scheme "${provider.scheme}"`, 'use lower-case letters, digits and hyphens, at most 32')
    }
    if (byScheme.has(provider.scheme)) throw invalid(`scheme "${provider.scheme}"`, 'two providers have this name')
    byScheme.set(provider.scheme, provider)
  }
  return byScheme
}

function createCipher(name: string, useCase: UseCase, byScheme: ReadonlyMap<string, CryptoProvider>): Cipher {
  const path = `useCases["${name}"]`
  const purpose = useCase.purpose ?? name
  for (const label of [name, purpose]) {
    if (!isUseCaseName(label)) {
      throw invalid(path, `"${label}": use letters, digits, "_", "-" and ".", at most 128`)
    }
  }
  const provider = findProvider(`${path}.scheme`, useCase.scheme, byScheme)
  const readers = (useCase.reads ?? []).map((scheme, index) =>
    findProvider(`${path}.reads[${index}]`, scheme, byScheme),
  )
  return new Cipher({
    useCase: name,
    purpose,
    provider,
    readers: new Map([provider, ...readers].map((reader) => [reader.scheme, reader])),
  })
}

function findProvider(path: string, scheme: string, byScheme: ReadonlyMap<string, CryptoProvider>): CryptoProvider {
  const provider = byScheme.get(scheme)
  if (provider) return provider
  throw invalid(path, `no provider for "${scheme}" (have: ${[...byScheme.keys()].join(', ') || 'none'})`)
}

function invalid(path: string, message: string): CryptoError {
  return new CryptoError('INVALID_CONFIG', `${path}: ${message}`)
}

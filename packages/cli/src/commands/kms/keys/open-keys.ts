import type { KeyAdministration, Kms } from '@parasol/core'
import type { AliyunCredentials } from '@parasol/kms-aliyun'
import { catalogue } from '../../../catalogue.js'
import { readWhole } from '../../../read-whole.js'
import type { Terminal } from '../../../terminal.js'
import { findStore, rootKeyOf } from '../store-options.js'
import type { KeyOptions } from './key-options.js'

export interface OpenedKeys extends AsyncDisposable {
  readonly keys: KeyAdministration
}

/**
 * The keys that are meant.
 *
 * @param makesStore whether a store may be made if there is none
 * @throws CryptoError UNSUPPORTED for a KMS that does not let its keys be administered
 */
export async function openKeys(
  terminal: Terminal,
  options: KeyOptions,
  { makesStore = false }: { readonly makesStore?: boolean } = {},
): Promise<OpenedKeys> {
  if ([options.endpoint, options.accessKey, options.ca].some((option) => option !== undefined))
    return openAddress(terminal, options)
  if (options.config !== undefined || options.kms !== undefined) return openConfigured(terminal, options)
  const { LocalKms } = await import('@parasol/kms-local')
  const store = makesStore
    ? { folder: options.store, rootKey: await rootKeyOf(terminal, options) }
    : await findStore(terminal, options)
  return new LocalKms(store)
}

async function openConfigured(terminal: Terminal, { config, kms: name }: KeyOptions): Promise<OpenedKeys> {
  const { openKms } = await import('@parasol/config')
  const opened = await openKms(config, name, { env: terminal.env })
  try {
    const keys = await keysOf(terminal, opened.kms)
    return { keys, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }
}

async function keysOf(terminal: Terminal, kms: Kms): Promise<KeyAdministration> {
  const { CryptoError, isAdministered } = await import('@parasol/core')
  if (isAdministered(kms)) return kms.keys
  throw new CryptoError('UNSUPPORTED', texts(terminal).notAdministered)
}

async function openAddress(
  terminal: Terminal,
  { endpoint = '', accessKey, ca: caFile }: KeyOptions,
): Promise<OpenedKeys> {
  const { AliyunKms, environmentCredentials } = await import('@parasol/kms-aliyun')
  const credentials =
    accessKey === undefined ? environmentCredentials(terminal.env) : await readAccessKey(terminal, accessKey)
  const { keys } = new AliyunKms({ region: 'local', ...addressOf(endpoint), ...PATIENCE, credentials, caFile })
  return { keys, [Symbol.asyncDispose]: async () => undefined }
}

/** A person waits, and long lists are throttled. */
const PATIENCE = { attemptTimeoutMs: 10_000, totalTimeoutMs: 60_000, maxAttempts: 50 } as const

const LOOPBACK = /^(localhost|127\.[\d.]+|\[::1\])(:|$)/i

function addressOf(text: string): { readonly endpoint: string; readonly protocol: 'http' | 'https' } {
  const [, scheme, endpoint = ''] = /^(?:(https?):\/\/)?(.*?)\/?$/i.exec(text) ?? []
  if (scheme !== undefined) return { endpoint, protocol: scheme.toLowerCase() === 'http' ? 'http' : 'https' }
  return { endpoint, protocol: LOOPBACK.test(endpoint) ? 'http' : 'https' }
}

async function readAccessKey(terminal: Terminal, path: string): Promise<AliyunCredentials> {
  const { CryptoError } = await import('@parasol/core')
  const text = Buffer.from(await readWhole(path)).toString()
  try {
    const { accessKeyId, accessKeySecret, securityToken } = JSON.parse(text)
    return { accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) }
  } catch {
    throw new CryptoError('INVALID_INPUT', texts(terminal).noAccessKey(path))
  }
}

const texts = catalogue(
  {
    notAdministered: 'The keys of this KMS are not its own: name the KMS that it is made of, by --kms',
    noAccessKey: (path: string) => `There is no access key in "${path}"`,
  },
  {
    notAdministered: '此 KMS 没有自己的密钥：请用 --kms 指明它所用的 KMS',
    noAccessKey: (path) => `"${path}" 中没有访问密钥`,
  },
)

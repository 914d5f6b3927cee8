import {
  allocateSecret,
  type CallOptions,
  CryptoError,
  DATA_KEY_BYTES,
  DataKey,
  decryptionFailed,
  type EncryptionContext,
  encodeContext,
  type Kms,
} from '@parasol/core'
import { malformedAnswer, toCryptoError } from './aliyun-errors.js'
import { AliyunClient } from './client.js'
import { type CredentialsSource, environmentCredentials } from './credentials.js'
import { DEFAULT_ATTEMPT_TIMEOUT_MS, Resilience, type ResilienceOptions } from './resilience.js'

export interface AliyunKmsOptions extends ResilienceOptions {
  /** Such as `cn-hangzhou`. */
  readonly region: string
  /** `host` or `host:port`; by default the public endpoint of the region, `kms.<region>.aliyuncs.com`. */
  readonly endpoint?: string
  /** `https` by default; `http` only for a KMS on this machine. */
  readonly protocol?: 'https' | 'http'
  /** By default the ALIBABA_CLOUD_* environment variables. */
  readonly credentials?: CredentialsSource
}

type Answer = Readonly<Record<string, unknown>>

const MAX_CONTEXT_CHARACTERS = 8192

/**
 * Alibaba Cloud KMS, or the local KMS in its place, through Alibaba's own client.
 *
 * That client parses the answer as JSON, so a data key is a string for a moment, which cannot be zeroed; it is copied out
 * at once, and lives in zeroable memory from then on.
 *
 * All three operations are repeated on transient errors, since none changes anything in the service.
 */
export class AliyunKms implements Kms {
  /** 6,144 bytes of base64, the limit of the service. */
  readonly maxPlaintextBytes: number = 4608
  readonly #client: AliyunClient
  readonly #resilience: Resilience

  /** @throws CryptoError INVALID_CONFIG; it makes no connection */
  constructor(options: AliyunKmsOptions) {
    const { region, endpoint = `kms.${region}.aliyuncs.com`, protocol = 'https' } = options
    const { credentials = environmentCredentials(process.env), attemptTimeoutMs: timeoutMs } = options
    this.#client = new AliyunClient({
      region,
      endpoint,
      protocol,
      credentials,
      timeoutMs: timeoutMs ?? DEFAULT_ATTEMPT_TIMEOUT_MS,
    })
    this.#resilience = new Resilience(options)
  }

  async encrypt(
    keyId: string,
    plaintext: Uint8Array,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    const EncryptionContext = formatContext(context)
    if (plaintext.length > this.maxPlaintextBytes) {
      throw new CryptoError(
        'PLAINTEXT_TOO_LARGE',
        `Plaintext of ${plaintext.length} bytes: the KMS takes at most ${this.maxPlaintextBytes}; scheme "envelope" takes more`,
      )
    }
    const Plaintext = base64(plaintext)
    const read = (answer: Answer) => readBlob('Encrypt', answer)
    return this.#call('Encrypt', { KeyId: keyId, Plaintext, ...EncryptionContext }, read, options)
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    const EncryptionContext = formatContext(context)
    const CiphertextBlob = base64(ciphertext)
    const read = (answer: Answer) => readPlaintext('Decrypt', answer)
    return this.#call('Decrypt', { CiphertextBlob, ...EncryptionContext }, read, options)
  }

  async generateDataKey(keyId: string, context: EncryptionContext, options?: CallOptions): Promise<DataKey> {
    const EncryptionContext = formatContext(context)
    const parameters = { KeyId: keyId, KeySpec: 'AES_256', ...EncryptionContext }
    return this.#call('GenerateDataKey', parameters, readDataKey, options)
  }

  #call<T>(
    action: string,
    parameters: Readonly<Record<string, string>>,
    read: (answer: Answer) => T,
    options: CallOptions | undefined,
  ): Promise<T> {
    const attempt = async (): Promise<T> => {
      try {
        return read(await this.#client.call(action, parameters))
      } catch (error) {
        throw toCryptoError(action, error)
      }
    }
    return this.#resilience.execute(attempt, options?.signal)
  }
}

/** The service takes a JSON object of strings as one parameter. */
function formatContext(context: EncryptionContext): { EncryptionContext?: string } {
  encodeContext(context)
  const text = JSON.stringify(context)
  if (text.length > MAX_CONTEXT_CHARACTERS) {
    throw new CryptoError(
      'INVALID_INPUT',
      `Encryption context is ${text.length} characters of JSON: the KMS takes at most ${MAX_CONTEXT_CHARACTERS}`,
    )
  }
  return text === '{}' ? {} : { EncryptionContext: text }
}

function readDataKey(answer: Answer): DataKey {
  const plaintext = readPlaintext('GenerateDataKey', answer)
  if (plaintext.length !== DATA_KEY_BYTES) {
    plaintext.fill(0)
    throw malformedAnswer('GenerateDataKey', `a key of ${plaintext.length} bytes instead of ${DATA_KEY_BYTES}`)
  }
  return new DataKey(readBlob('GenerateDataKey', answer), plaintext)
}

function readBlob(action: string, answer: Answer): Uint8Array {
  const text = readBase64(action, answer, 'CiphertextBlob')
  if (text === '') throw malformedAnswer(action, 'an empty CiphertextBlob')
  return Buffer.from(text, 'base64')
}

function readPlaintext(action: string, answer: Answer): Uint8Array {
  const text = readBase64(action, answer, 'Plaintext')
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const plaintext = allocateSecret((text.length / 4) * 3 - padding)
  Buffer.from(plaintext.buffer).write(text, 'base64')
  return plaintext
}

/** The client resolves when the service answers 200, whatever the answer holds. */
function readBase64(action: string, answer: Answer, field: string): string {
  const text = answer[field]
  if (typeof text !== 'string') throw malformedAnswer(action, `no ${field}`)
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    // Someone encrypted text of their own under this key, without the base64 that every SDK applies.
    if (action === 'Decrypt') throw decryptionFailed()
    throw malformedAnswer(action, `a ${field} that is not base64`)
  }
  return text
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

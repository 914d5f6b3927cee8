import {
  type CallOptions,
  CryptoError,
  type DataKey,
  type EncryptionContext,
  encodeContext,
  type Kms,
  throwIfAborted,
} from '@parasol/core'
import { toCryptoError } from './aliyun-errors.js'
import { type Answer, readBlob, readDataKey, readPlaintext } from './answer.js'
import { AliyunClient } from './client.js'
import { type AliyunCredentials, type CredentialsSource, environmentCredentials, toSource } from './credentials.js'
import { checkEndpoint, type EndpointOptions } from './endpoint.js'
import { checkResilience, Resilience, type ResilienceOptions } from './resilience.js'

export interface AliyunKmsOptions extends EndpointOptions, ResilienceOptions {
  /** By default the ALIBABA_CLOUD_* environment variables, read at each call. */
  readonly credentials?: AliyunCredentials | CredentialsSource
}

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
    const resilience = checkResilience(options)
    this.#resilience = new Resilience(resilience)
    this.#client = new AliyunClient({
      ...checkEndpoint(options),
      credentials: toSource(options.credentials ?? environmentCredentials(process.env)),
      timeoutMs: resilience.attemptTimeoutMs,
    })
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

  async #call<T>(
    action: string,
    parameters: Readonly<Record<string, string>>,
    read: (answer: Answer) => T,
    options: CallOptions | undefined,
  ): Promise<T> {
    throwIfAborted(options?.signal)
    await this.#client.prepare()
    const attempt = async (signal: AbortSignal): Promise<T> => {
      try {
        const answer = await this.#client.call(action, parameters, signal)
        // An answer that came too late is not read: nobody would zero its key.
        throwIfAborted(signal)
        return read(answer)
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
  const text = JSON.stringify({ ...context })
  if (text.length > MAX_CONTEXT_CHARACTERS) {
    throw new CryptoError(
      'INVALID_INPUT',
      `Encryption context is ${text.length} characters of JSON: the KMS takes at most ${MAX_CONTEXT_CHARACTERS}`,
    )
  }
  return text === '{}' ? {} : { EncryptionContext: text }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

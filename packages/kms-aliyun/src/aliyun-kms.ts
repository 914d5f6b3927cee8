import {
  type CallOptions,
  CryptoError,
  type DataKey,
  type EncryptionContext,
  encodeContext,
  type Kms,
  type Observable,
  type Stats,
  throwIfAborted,
} from '@parasol/core'
import { toCryptoError } from './aliyun-errors.js'
import { readBlob, readDataKey, readPlaintext } from './answer.js'
import { type AliyunCredentials, type CredentialsSource, environmentCredentials, toSource } from './credentials.js'
import { checkEndpoint, type EndpointOptions } from './endpoint.js'
import { LeanTransport } from './lean-transport.js'
import { OfficialTransport } from './official-transport.js'
import { checkResilience, Resilience, type ResilienceOptions } from './resilience.js'
import type { Answer, Parameters, Transport } from './transport.js'

export interface AliyunKmsOptions extends EndpointOptions, ResilienceOptions {
  /** By default the ALIBABA_CLOUD_* environment variables, read at each call. */
  readonly credentials?: AliyunCredentials | CredentialsSource
  /** How the service is asked: `lean`, the default, by requests of our own, `official` by Alibaba's client. */
  readonly transport?: TransportName
}

export type TransportName = keyof typeof transports

const transports = { official: OfficialTransport, lean: LeanTransport } as const

const MAX_CONTEXT_CHARACTERS = 8192

/**
 * Alibaba Cloud KMS, or the local KMS in its place.
 *
 * Over transport `lean` no data key ever is a string. Alibaba's client, transport `official`, parses the answer as JSON: a
 * data key is a string for a moment, which cannot be zeroed, and lives in zeroable memory from then on.
 *
 * All three operations are repeated on transient errors, since none changes anything in the service.
 */
export class AliyunKms implements Kms, Observable {
  /** 6,144 bytes of base64, the limit of the service. */
  readonly maxPlaintextBytes: number = 4608
  readonly #transport: Transport
  readonly #resilience: Resilience

  /** @throws CryptoError INVALID_CONFIG; it makes no connection */
  constructor(options: AliyunKmsOptions) {
    const resilience = checkResilience(options)
    this.#resilience = new Resilience(resilience)
    this.#transport = new transports[checkTransport(options.transport)]({
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
    const read = (answer: Answer) => readBlob('Encrypt', answer)
    return this.#call('Encrypt', { KeyId: keyId, Plaintext: plaintext, ...EncryptionContext }, read, options)
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    const EncryptionContext = formatContext(context)
    const read = (answer: Answer) => readPlaintext('Decrypt', answer)
    return this.#call('Decrypt', { CiphertextBlob: ciphertext, ...EncryptionContext }, read, options)
  }

  async generateDataKey(keyId: string, context: EncryptionContext, options?: CallOptions): Promise<DataKey> {
    const EncryptionContext = formatContext(context)
    const parameters = { KeyId: keyId, KeySpec: 'AES_256', ...EncryptionContext }
    return this.#call('GenerateDataKey', parameters, readDataKey, options)
  }

  /** Calls, attempts and failures, and whether the circuit breaker refuses calls. */
  stats(): Stats {
    return this.#resilience.stats()
  }

  async #call<T>(
    action: string,
    parameters: Parameters,
    read: (answer: Answer) => T,
    options: CallOptions | undefined,
  ): Promise<T> {
    throwIfAborted(options?.signal)
    await this.#transport.prepare()
    const attempt = async (signal: AbortSignal): Promise<T> => {
      try {
        const answer = await this.#transport.call(action, parameters, signal)
        // Of an answer that came too late nobody would zero the key.
        if (signal.aborted) answer.plaintext?.fill(0)
        throwIfAborted(signal)
        return read(answer)
      } catch (error) {
        throw toCryptoError(action, error)
      }
    }
    return this.#resilience.execute(attempt, options?.signal)
  }
}

function checkTransport(name: TransportName = 'lean'): TransportName {
  if (Object.hasOwn(transports, name)) return name
  throw new CryptoError('INVALID_CONFIG', 'The transport of the KMS must be lean or official')
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

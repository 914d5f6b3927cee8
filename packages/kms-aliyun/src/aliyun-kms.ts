import {
  type AdministeredKms,
  type CallOptions,
  CryptoError,
  type DataKey,
  type EncryptionContext,
  encodeContext,
  type KeyAdministration,
  type Observable,
  type ReEncryptingKms,
  type Stats,
} from '@parasol/core'
import { AliyunKeyAdministration } from './aliyun-key-administration.js'
import { readBlob, readDataKey, readPlaintext } from './answer.js'
import { type AliyunCredentials, type CredentialsSource, environmentCredentials, toSource } from './credentials.js'
import { checkEndpoint, type EndpointOptions } from './endpoint.js'
import { LeanTransport } from './lean-transport.js'
import { OfficialTransport } from './official-transport.js'
import { checkResilience, type ResilienceOptions } from './resilience.js'
import { ServiceCalls } from './service-calls.js'
import type { Answer } from './transport.js'

export interface AliyunKmsOptions extends EndpointOptions, ResilienceOptions {
  /** By default the ALIBABA_CLOUD_* environment variables, read at each call. */
  readonly credentials?: AliyunCredentials | CredentialsSource
  /**
   * Path of the certificates in PEM, one or several, of the CA that alone may vouch for the service: for a private endpoint
   * or a test. By default those that Node trusts. Names are checked in either case. For transport `lean`.
   */
  readonly caFile?: string | undefined
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
 * Uses of keys are repeated on transient errors, since none changes anything in the service.
 */
export class AliyunKms implements AdministeredKms, ReEncryptingKms, Observable {
  /** 6,144 bytes of base64, the limit of the service. */
  readonly maxPlaintextBytes: number = 4608
  readonly keys: KeyAdministration
  readonly #calls: ServiceCalls

  /** @throws CryptoError INVALID_CONFIG; it makes no connection */
  constructor(options: AliyunKmsOptions) {
    const name = checkTransport(options.transport)
    const transport = new transports[name]({
      ...checkEndpoint(options),
      caFile: checkCa(options.caFile, name),
      credentials: toSource(options.credentials ?? environmentCredentials(process.env)),
    })
    this.#calls = new ServiceCalls(transport, checkResilience(options))
    this.keys = new AliyunKeyAdministration(this.#calls)
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
    return this.#calls.ask('Encrypt', { KeyId: keyId, Plaintext: plaintext, ...EncryptionContext }, read, options)
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    const EncryptionContext = formatContext(context)
    const read = (answer: Answer) => readPlaintext('Decrypt', answer)
    return this.#calls.ask('Decrypt', { CiphertextBlob: ciphertext, ...EncryptionContext }, read, options)
  }

  /** By ReEncrypt, which gateways of KMS instances do not offer. */
  async reEncrypt(
    ciphertext: Uint8Array,
    keyId: string,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    const { EncryptionContext: text } = formatContext(context)
    const contexts = text === undefined ? {} : { SourceEncryptionContext: text, DestinationEncryptionContext: text }
    const parameters = { CiphertextBlob: ciphertext, DestinationKeyId: keyId, ...contexts }
    return this.#calls.ask('ReEncrypt', parameters, (answer) => readBlob('ReEncrypt', answer), options)
  }

  async generateDataKey(keyId: string, context: EncryptionContext, options?: CallOptions): Promise<DataKey> {
    const EncryptionContext = formatContext(context)
    const parameters = { KeyId: keyId, KeySpec: 'AES_256', ...EncryptionContext }
    return this.#calls.ask('GenerateDataKey', parameters, readDataKey, options)
  }

  /** Calls, attempts and failures, and whether the circuit breaker refuses calls. */
  stats(): Stats {
    return this.#calls.stats()
  }
}

function checkTransport(name: TransportName = 'lean'): TransportName {
  if (Object.hasOwn(transports, name)) return name
  throw new CryptoError('INVALID_CONFIG', 'The transport of the KMS must be lean or official')
}

/** Alibaba's client takes no CA but those that Node trusts. */
function checkCa(caFile: string | undefined, transport: TransportName): string | undefined {
  if (caFile === undefined || transport === 'lean') return caFile
  const remedy = 'for "official" name it in the environment variable NODE_EXTRA_CA_CERTS'
  throw new CryptoError('INVALID_CONFIG', `The CA of a KMS is for transport "lean": ${remedy}`)
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

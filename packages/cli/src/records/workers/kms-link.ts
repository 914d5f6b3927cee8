import type { MessagePort } from 'node:worker_threads'
import {
  allocateSecret,
  type CallOptions,
  CryptoError,
  DataKey,
  type EncryptionContext,
  type Kms,
  throwIfAborted,
} from '@parasol/core'
import { type ErrorData, errorFrom } from './error-data.js'

/** What a thread asks of the thread that holds the KMS. */
export interface KmsCall {
  readonly id: number
  readonly kms: string
  readonly method: 'encrypt' | 'decrypt' | 'generateDataKey' | 'reEncrypt'
  readonly keyId: string
  readonly bytes: Uint8Array
  readonly context: EncryptionContext
}

/** What the KMS of the other thread is. */
export interface KmsTraits {
  readonly maxPlaintextBytes: number
  readonly reEncrypts: boolean
}

export type KmsAnswer =
  | { readonly id: number; readonly bytes: Uint8Array; readonly wrapped: Uint8Array }
  | { readonly id: number; readonly error: ErrorData }

interface Waiting {
  readonly resolve: (answer: Extract<KmsAnswer, { bytes: Uint8Array }>) => void
  readonly reject: (error: unknown) => void
}

/**
 * The KMS of another thread, as seen from this one. That one has the connection, the lock of a local store, the circuit
 * breaker and the audit log, so that several threads are one caller. What is secret is moved from one to the other and not
 * copied: the memory of an answer is this thread's to zero, and only this thread's.
 */
export class KmsLink implements AsyncDisposable {
  readonly #port: MessagePort
  readonly #waiting = new Map<number, Waiting>()
  #calls = 0
  #isEmpty: (() => void) | undefined

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (answer: KmsAnswer) => this.#settle(answer))
  }

  kms(name: string, { maxPlaintextBytes, reEncrypts }: KmsTraits): Kms {
    const call = this.#call.bind(this)
    const nothing = new Uint8Array()
    return {
      maxPlaintextBytes,
      async encrypt(keyId, plaintext, context, options) {
        const { bytes } = await call({ kms: name, method: 'encrypt', keyId, bytes: plaintext, context }, options)
        return bytes
      },
      async decrypt(ciphertext, context, options) {
        const ask = { kms: name, method: 'decrypt', keyId: '', bytes: ciphertext, context } as const
        return (await call(ask, options)).bytes
      },
      async generateDataKey(keyId, context, options) {
        const ask = { kms: name, method: 'generateDataKey', keyId, bytes: nothing, context } as const
        const { wrapped, bytes } = await call(ask, options)
        return new DataKey(wrapped, bytes)
      },
      ...(reEncrypts && {
        async reEncrypt(bytes: Uint8Array, keyId: string, context: EncryptionContext, options?: CallOptions) {
          return (await call({ kms: name, method: 'reEncrypt', keyId, bytes, context }, options)).bytes
        },
      }),
    }
  }

  /** Ends calls that are under way, and waits for their answers: what they hold is zeroed here. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of this.#waiting.keys()) this.#giveUp(id)
    if (this.#waiting.size > 0) await new Promise<void>((resolve) => (this.#isEmpty = resolve))
    this.#port.close()
  }

  async #call(call: Omit<KmsCall, 'id'>, { signal }: CallOptions = {}) {
    throwIfAborted(signal)
    const id = this.#calls++
    const giveUp = (): void => this.#giveUp(id)
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      return await new Promise<Extract<KmsAnswer, { bytes: Uint8Array }>>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject })
        const bytes = movable(call.bytes)
        this.#port.postMessage({ ...call, id, bytes } satisfies KmsCall, [bytes.buffer])
      })
    } finally {
      signal?.removeEventListener('abort', giveUp)
    }
  }

  #giveUp(id: number): void {
    const aborted = new CryptoError('ABORTED', 'The operation was aborted')
    this.#waiting.get(id)?.reject(aborted)
    this.#waiting.set(id, { resolve: ({ bytes }) => bytes.fill(0), reject: () => undefined })
    this.#port.postMessage({ abort: id })
  }

  #settle(answer: KmsAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('error' in answer) waiting?.reject(errorFrom(answer.error))
    else waiting?.resolve(answer)
    if (this.#waiting.size === 0) this.#isEmpty?.()
  }
}

/** A copy in memory that can be moved to another thread. */
export function movable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = allocateSecret(bytes.length) as Uint8Array<ArrayBuffer>
  copy.set(bytes)
  return copy
}

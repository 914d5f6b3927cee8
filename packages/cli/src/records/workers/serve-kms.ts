import type { MessagePort } from 'node:worker_threads'
import { type CallOptions, CryptoError, isReEncrypting, type Kms } from '@parasol/core'
import { errorData } from './error-data.js'
import { type KmsAnswer, type KmsCall, movable } from './kms-link.js'

/** Lets another thread use the KMS of this one. Calls end when the signal is aborted, or when that thread gives up. */
export function serveKms(port: MessagePort, kmsOf: (name: string) => Kms, signal: AbortSignal): void {
  const calls = new Map<number, AbortController>()
  const abortAll = (): void => {
    for (const call of calls.values()) call.abort()
  }
  signal.addEventListener('abort', abortAll)
  port.on('close', () => signal.removeEventListener('abort', abortAll))
  port.on('message', async (message: KmsCall | { readonly abort: number }) => {
    if ('abort' in message) return calls.get(message.abort)?.abort()
    const call = new AbortController()
    calls.set(message.id, call)
    if (signal.aborted) call.abort()
    const answer = await answerTo(message, kmsOf, { signal: call.signal })
    calls.delete(message.id)
    port.postMessage(answer, 'bytes' in answer ? [answer.bytes.buffer as ArrayBuffer] : [])
  })
}

async function answerTo(call: KmsCall, kmsOf: (name: string) => Kms, options: CallOptions): Promise<KmsAnswer> {
  try {
    return { id: call.id, ...(await methods[call.method](kmsOf(call.kms), call, options)) }
  } catch (error) {
    return { id: call.id, error: errorData(error) }
  } finally {
    call.bytes.fill(0)
  }
}

type Secret = { readonly bytes: Uint8Array; readonly wrapped: Uint8Array }

const NOTHING = new Uint8Array()

const methods: Readonly<Record<KmsCall['method'], (kms: Kms, call: KmsCall, options: CallOptions) => Promise<Secret>>> =
  {
    async encrypt(kms, { keyId, bytes, context }, options) {
      return { bytes: movable(await kms.encrypt(keyId, bytes, context, options)), wrapped: NOTHING }
    },
    async decrypt(kms, { bytes, context }, options) {
      const plaintext = await kms.decrypt(bytes, context, options)
      try {
        return { bytes: movable(plaintext), wrapped: NOTHING }
      } finally {
        plaintext.fill(0)
      }
    },
    async reEncrypt(kms, { keyId, bytes, context }, options) {
      if (!isReEncrypting(kms)) throw new CryptoError('UNSUPPORTED', 'The KMS re-encrypts nothing')
      return { bytes: movable(await kms.reEncrypt(bytes, keyId, context, options)), wrapped: NOTHING }
    },
    async generateDataKey(kms, { keyId, context }, options) {
      using key = await kms.generateDataKey(keyId, context, options)
      return { bytes: movable(key.plaintext), wrapped: Uint8Array.from(key.wrapped) }
    },
  }

import { type Channel, channel } from 'node:diagnostics_channel'
import { isReEncrypting, type Kms, type ReEncryptingKms } from './kms.js'

/** A call of a KMS as it begins: never what is sent, nor what is answered. */
export interface KmsCall {
  /** The name of the KMS in the configuration. */
  readonly kms: string
  readonly operation: Operation
  /** Resolves when the call has ended, also when it failed. */
  readonly ended: Promise<{ readonly error?: unknown }>
}

type Operation = 'encrypt' | 'decrypt' | 'generateDataKey' | 'reEncrypt'

/** Node's diagnostics channel on which calls of a KMS are told, to whoever subscribed before the KMS was made. */
export const kmsCalls: Channel = channel('parasol.kms')

/** Makes a KMS tell of its calls, if anybody listens. */
export function observeKms(name: string, kms: Kms): Kms {
  if (!kmsCalls.hasSubscribers) return kms
  const tell = <T>(operation: Operation, answer: Promise<T>): Promise<T> => {
    const ended = answer.then(
      () => ({}),
      (error: unknown) => ({ error }),
    )
    kmsCalls.publish({ kms: name, operation, ended } satisfies KmsCall)
    return answer
  }
  const { encrypt, decrypt, generateDataKey } = kms
  Object.assign(kms, {
    encrypt: (...args) => tell('encrypt', encrypt.apply(kms, args)),
    decrypt: (...args) => tell('decrypt', decrypt.apply(kms, args)),
    generateDataKey: (...args) => tell('generateDataKey', generateDataKey.apply(kms, args)),
  } satisfies Partial<Kms>)
  if (!isReEncrypting(kms)) return kms
  const { reEncrypt } = kms
  return Object.assign(kms, {
    reEncrypt: (...args) => tell('reEncrypt', reEncrypt.apply(kms, args)),
  } satisfies Partial<ReEncryptingKms>)
}

import { CryptoError, type CryptoErrorCode, type EncryptionContext } from '@parasol/core'
import type { FakeKms } from '@parasol/testing'

/** The operations of Alibaba Cloud KMS over a `FakeKms`. Like the service, it takes the plaintext as text. */
export async function answerHonestly(
  fake: FakeKms,
  action: string,
  form: URLSearchParams,
): Promise<{ status: number; body: object }> {
  try {
    return { status: 200, body: { ...(await operations[action]?.(fake, form)), RequestId: REQUEST_ID } }
  } catch (error) {
    if (!CryptoError.is(error)) throw error
    const [status, Code] = refusals[error.code] ?? [500, 'InternalFailure']
    return { status, body: refusal(status, Code) }
  }
}

export function refusal(status: number, Code: string): object {
  return { HttpStatus: status, Code, Message: 'Refused.', RequestId: REQUEST_ID, HostId: 'kms.test' }
}

export const REQUEST_ID = '7c1f5a3e-0000-4000-8000-5a5a5a5a5a5a'

const refusals: Partial<Record<CryptoErrorCode, readonly [number, string]>> = {
  DECRYPTION_FAILED: [400, 'InvalidParameter'],
  INVALID_INPUT: [400, 'InvalidParameter'],
  KEY_NOT_FOUND: [404, 'Forbidden.KeyNotFound'],
}

const operations: Readonly<Record<string, (fake: FakeKms, form: URLSearchParams) => Promise<object>>> = {
  Encrypt: async (fake, form) => {
    const plaintext = Buffer.from(form.get('Plaintext') ?? '', 'base64')
    return { CiphertextBlob: base64(await fake.encrypt(form.get('KeyId') ?? '', plaintext, contextOf(form))) }
  },
  Decrypt: async (fake, form) => {
    const blob = Buffer.from(form.get('CiphertextBlob') ?? '', 'base64')
    return { Plaintext: base64(await fake.decrypt(blob, contextOf(form))) }
  },
  ReEncrypt: async (fake, form) => {
    const blob = Buffer.from(form.get('CiphertextBlob') ?? '', 'base64')
    const plaintext = await fake.decrypt(blob, contextOf(form, 'SourceEncryptionContext'))
    const context = contextOf(form, 'DestinationEncryptionContext')
    return { CiphertextBlob: base64(await fake.encrypt(form.get('DestinationKeyId') ?? '', plaintext, context)) }
  },
  GenerateDataKey: async (fake, form) => {
    using key = await fake.generateDataKey(form.get('KeyId') ?? '', contextOf(form))
    return { CiphertextBlob: base64(key.wrapped), Plaintext: base64(key.plaintext) }
  },
}

function contextOf(form: URLSearchParams, name = 'EncryptionContext'): EncryptionContext {
  return JSON.parse(form.get(name) ?? '{}')
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

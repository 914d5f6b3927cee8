import { createHash, generateKeyPairSync } from 'node:crypto'
import { expect } from 'vitest'
import type { Case } from './cases.js'

const Plaintext = 'MTM4MDAxMzgwMDA='
const EncryptionContext = JSON.stringify({ 客户: "7 ~!*()'+&=" })
const Digest = createHash('sha256').update('付款').digest('base64')
const text = expect.any(String)
const signing = { usage: 'SIGN/VERIFY' } as const
const PublicKeyBlob = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64')
const wrapping = { PublicKeyBlob, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' }

/** What uses keys. */
export const cryptoCases: readonly Case[] = [
  {
    action: 'Encrypt',
    what: 'a text with a context',
    given: () => ({ KeyId: 'alias/one', Plaintext, EncryptionContext }),
    answer: { CiphertextBlob: text, KeyVersionId: text },
  },
  ...['Aliyun_AES_192', 'Aliyun_AES_128', 'Aliyun_SM4'].map((spec) => ({
    action: 'Encrypt',
    what: `under ${spec}`,
    given: async (world: Parameters<Case['given']>[0]) => ({ ...(await onlyKey(world, { spec } as never)), Plaintext }),
    answer: { CiphertextBlob: text },
  })),
  {
    action: 'Encrypt',
    what: 'as a role',
    given: () => ({ KeyId: 'alias/one', Plaintext }),
    as: 'session',
    answer: { CiphertextBlob: text },
  },
  {
    action: 'Decrypt',
    what: 'with the context it was encrypted with',
    given: async (world) => {
      const fields = { KeyId: 'alias/one', Plaintext, EncryptionContext }
      const { CiphertextBlob = '' } = await world.get('Encrypt', fields)
      return { CiphertextBlob, EncryptionContext }
    },
    answer: { Plaintext, KeyId: text, KeyVersionId: text },
  },
  {
    action: 'Decrypt',
    what: 'with another context',
    given: async (world) => {
      const { CiphertextBlob = '' } = await world.get('Encrypt', { KeyId: 'alias/one', Plaintext, EncryptionContext })
      return { CiphertextBlob, EncryptionContext: '{}' }
    },
    refused: [400, 'InvalidParameter'],
  },
  {
    action: 'GenerateDataKey',
    what: 'of 256 bits',
    given: () => ({ KeyId: 'alias/one', KeySpec: 'AES_256', EncryptionContext }),
    answer: {
      CiphertextBlob: text,
      Plaintext: expect.stringMatching(/^[\w+/]{43}=$/),
      KeyId: text,
      KeyVersionId: text,
    },
  },
  {
    action: 'GenerateDataKey',
    what: 'of 16 bytes',
    given: () => ({ KeyId: 'alias/one', NumberOfBytes: '16' }),
    answer: { Plaintext: expect.stringMatching(/^[\w+/]{22}==$/) },
  },
  {
    action: 'GenerateDataKeyWithoutPlaintext',
    what: 'of 256 bits',
    given: () => ({ KeyId: 'alias/one', KeySpec: 'AES_256', NumberOfBytes: '32', EncryptionContext }),
    answer: { CiphertextBlob: text },
  },
  {
    action: 'ReEncrypt',
    what: 'under another key and context',
    given: async (world) => {
      const { CiphertextBlob = '' } = await world.get('Encrypt', { KeyId: 'alias/one', Plaintext, EncryptionContext })
      const DestinationKeyId = (await world.key()).KeyId
      const DestinationEncryptionContext = '{"row":"8"}'
      return {
        CiphertextBlob,
        DestinationKeyId,
        DestinationEncryptionContext,
        SourceEncryptionContext: EncryptionContext,
      }
    },
    answer: { CiphertextBlob: text, KeyId: text },
  },
  {
    action: 'ExportDataKey',
    what: 'to an RSA key',
    given: async (world) => {
      const { CiphertextBlob = '' } = await world.get('GenerateDataKey', { KeyId: 'alias/one', EncryptionContext })
      return { CiphertextBlob, EncryptionContext, ...wrapping }
    },
    answer: { ExportedDataKey: text },
  },
  {
    action: 'GenerateAndExportDataKey',
    what: 'to an RSA key',
    given: () => ({ KeyId: 'alias/one', KeySpec: 'AES_128', NumberOfBytes: '16', EncryptionContext, ...wrapping }),
    answer: { ExportedDataKey: text, CiphertextBlob: text },
  },
  ...(
    [
      ['RSA_2048', 'RSA_PSS_SHA_256'],
      ['RSA_2048', 'RSA_PKCS1_SHA_256'],
      ['EC_P256', 'ECDSA_SHA_256'],
      ['EC_P256K', 'ECDSA_SHA_256'],
    ] as const
  ).flatMap(([spec, Algorithm]): Case[] => [
    {
      action: 'AsymmetricSign',
      what: `by ${Algorithm} with ${spec}`,
      given: async (world) => ({ ...(await world.key({ spec, ...signing })), Algorithm, Digest }),
      answer: { Value: text, KeyId: text, KeyVersionId: text },
    },
    {
      action: 'AsymmetricVerify',
      what: `by ${Algorithm} with ${spec}`,
      given: async (world) => {
        const key = await world.key({ spec, ...signing })
        const { Value = '' } = await world.get('AsymmetricSign', { ...key, Algorithm, Digest })
        return { ...key, Algorithm, Digest, Value }
      },
      answer: { Value: true },
    },
  ]),
  {
    action: 'GetPublicKey',
    what: 'of an EC key',
    given: (world) => world.key({ spec: 'EC_P256' }),
    answer: { PublicKey: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----/), KeyId: text, KeyVersionId: text },
  },
  {
    action: 'AsymmetricEncrypt',
    what: 'by OAEP',
    given: async (world) => ({
      ...(await world.key({ spec: 'RSA_2048' })),
      Algorithm: 'RSAES_OAEP_SHA_256',
      Plaintext,
    }),
    answer: { CiphertextBlob: text, KeyId: text, KeyVersionId: text },
  },
  {
    action: 'AsymmetricDecrypt',
    what: 'by OAEP',
    given: async (world) => {
      const key = { ...(await world.key({ spec: 'RSA_2048' })), Algorithm: 'RSAES_OAEP_SHA_1' }
      const { CiphertextBlob = '' } = await world.get('AsymmetricEncrypt', { ...key, Plaintext })
      return { ...key, CiphertextBlob }
    },
    answer: { Plaintext },
  },
  {
    action: 'GenerateMac',
    what: 'by HMAC-SHA256',
    given: async (world) => ({
      ...(await onlyKey(world, { spec: 'HMAC_SHA_256' })),
      Algorithm: 'HMAC_SHA_256',
      Message: Plaintext,
    }),
    answer: { Mac: text, Algorithm: 'HMAC_SHA_256', KeyId: text },
  },
  {
    action: 'VerifyMac',
    what: 'by HMAC-SHA512',
    given: async (world) => {
      const key = await onlyKey(world, { spec: 'HMAC_SHA_512' })
      const asked = { ...key, Algorithm: 'HMAC_SHA_512', Message: Plaintext }
      const { Mac = '' } = await world.get('GenerateMac', asked)
      return { ...asked, Mac }
    },
    answer: { Value: true },
  },
]

async function onlyKey(world: Parameters<Case['given']>[0], details: Parameters<typeof world.key>[0]) {
  const { KeyId } = await world.key(details)
  return { KeyId }
}

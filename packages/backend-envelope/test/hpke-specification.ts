import { createCipheriv, createHmac, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'

/*
 * Seals what a recovery key opens, from docs/format.md and RFC 9180 alone and without the code under test. The ephemeral key
 * comes from the caller, so that it can make frozen vectors.
 */

export interface RecoverySpec {
  /** Of the recovery key, 32 bytes. */
  readonly publicKey: Uint8Array
  readonly ephemeral: Uint8Array
  readonly dataKey: Uint8Array
  /** What the KMS sees of the context. */
  readonly kmsContext: Uint8Array
  readonly info?: Uint8Array
}

const LABEL = 'parasol/envelope/recovery-key'
export const INFO: Buffer = Buffer.concat([Buffer.of(LABEL.length), Buffer.from(LABEL), Buffer.of(1)])

export function publicKeyOf(secret: Uint8Array): Buffer {
  const spki = createPublicKey(privateKey(secret)).export({ type: 'spki', format: 'der' })
  return spki.subarray(-32)
}

export function sealForRecovery({ publicKey, ephemeral, dataKey, kmsContext, info = INFO }: RecoverySpec): Buffer {
  const spki = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), publicKey])
  const dh = diffieHellman({
    privateKey: privateKey(ephemeral),
    publicKey: createPublicKey({ key: spki, type: 'spki', format: 'der' }),
  })
  const encapsulated = publicKeyOf(ephemeral)
  const kem = labeled('KEM\x00\x20')
  const shared = kem.expand(
    kem.extract('', 'eae_prk', dh),
    'shared_secret',
    Buffer.concat([encapsulated, publicKey]),
    32,
  )
  const hpke = labeled('HPKE\x00\x20\x00\x01\x00\x03')
  const hashes = [hpke.extract('', 'psk_id_hash', Buffer.alloc(0)), hpke.extract('', 'info_hash', info)]
  const context = Buffer.concat([Buffer.of(0), ...hashes])
  const secret = hpke.extract(shared, 'secret', Buffer.alloc(0))
  const nonce = hpke.expand(secret, 'base_nonce', context, 12)
  const cipher = createCipheriv('chacha20-poly1305', hpke.expand(secret, 'key', context, 32), nonce, {
    authTagLength: 16,
  })
  cipher.setAAD(kmsContext, { plaintextLength: dataKey.length })
  return Buffer.concat([encapsulated, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()])
}

function labeled(suite: string) {
  const hmac = (key: string | Uint8Array, ...parts: (string | Uint8Array)[]): Buffer =>
    parts.reduce((mac, part) => mac.update(part), createHmac('sha256', key)).digest()
  return {
    extract: (salt: string | Uint8Array, label: string, key: Uint8Array) => hmac(salt, 'HPKE-v1', suite, label, key),
    expand: (key: Uint8Array, label: string, info: Uint8Array, length: number) =>
      hmac(key, Buffer.of(0, length), 'HPKE-v1', suite, label, info, Buffer.of(1)).subarray(0, length),
  }
}

function privateKey(secret: Uint8Array) {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), secret])
  return createPrivateKey({ key: pkcs8, type: 'pkcs8', format: 'der' })
}

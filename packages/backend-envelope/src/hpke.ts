import { createHmac, randomFillSync } from 'node:crypto'
import { allocateSecret } from '@parasol/core'
import { nodeAead } from './node-aead.js'
import { TAG_BYTES } from './suite.js'
import { type X25519, X25519_BYTES } from './x25519.js'

/** What a message is bound to beside its recipient: both sides know it, and it is not sent. */
export interface HpkeBinding {
  readonly info: Uint8Array
  readonly aad: Uint8Array
}

export const HPKE_OVERHEAD: number = X25519_BYTES + TAG_BYTES

const VERSION = Buffer.from('HPKE-v1')
const KEM_ID = [0x00, 0x20]
const KEM_SUITE = Buffer.concat([Buffer.from('KEM'), Buffer.from(KEM_ID)])
const HPKE_SUITE = Buffer.concat([Buffer.from('HPKE'), Buffer.from([...KEM_ID, 0x00, 0x01, 0x00, 0x03])])
const NOTHING = Buffer.alloc(0)
const MODE_BASE = Buffer.of(0)
const KEY_BYTES = 32
const NONCE_BYTES = 12
const aead = nodeAead('chacha20-poly1305')

/**
 * HPKE (RFC 9180) in base mode, one message a context: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305. It is
 * composed here from node:crypto and X25519, because libraries of it keep secrets in WebCrypto keys, which nobody can
 * destroy.
 *
 * @param ephemeral a secret key that is used once; a fresh one by default
 * @returns the encapsulated key (32), ciphertext, tag (16)
 */
export function sealHpke(
  x25519: X25519,
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  binding: HpkeBinding,
  ephemeral: Uint8Array = randomFillSync(allocateSecret(X25519_BYTES)),
): Uint8Array {
  const sealed = new Uint8Array(plaintext.length + HPKE_OVERHEAD)
  const encapsulated = x25519.publicKey(ephemeral)
  const dh = x25519.sharedSecret(ephemeral, publicKey)
  ephemeral.fill(0)
  if (!dh) throw new RangeError('A public key of low order')
  const keys = scheduleKeys(dh, encapsulated, publicKey, binding.info)
  sealed.set(encapsulated)
  try {
    aead.seal(keys.key, keys.nonce, plaintext, binding.aad, sealed.subarray(X25519_BYTES))
    return sealed
  } finally {
    keys.key.fill(0)
  }
}

/** The plaintext, or undefined if anything is not what `sealHpke` was given. */
export function openHpke(
  x25519: X25519,
  pair: { readonly secretKey: Uint8Array; readonly publicKey: Uint8Array },
  sealed: Uint8Array,
  binding: HpkeBinding,
): Uint8Array | undefined {
  if (sealed.length < HPKE_OVERHEAD) return undefined
  const encapsulated = sealed.subarray(0, X25519_BYTES)
  const dh = x25519.sharedSecret(pair.secretKey, encapsulated)
  if (!dh) return undefined
  const keys = scheduleKeys(dh, encapsulated, pair.publicKey, binding.info)
  try {
    return aead.open(keys.key, keys.nonce, sealed.subarray(X25519_BYTES), binding.aad)
  } finally {
    keys.key.fill(0)
  }
}

/** Sections 4.1 and 5.1 of the RFC. Zeroes the Diffie-Hellman value. */
function scheduleKeys(dh: Uint8Array, encapsulated: Uint8Array, publicKey: Uint8Array, info: Uint8Array) {
  const extracted = extract(KEM_SUITE, NOTHING, 'eae_prk', dh)
  dh.fill(0)
  const shared = expand(KEM_SUITE, extracted, 'shared_secret', Buffer.concat([encapsulated, publicKey]), KEY_BYTES)
  const secret = extract(HPKE_SUITE, shared, 'secret', NOTHING)
  const context = Buffer.concat([
    MODE_BASE,
    extract(HPKE_SUITE, NOTHING, 'psk_id_hash', NOTHING),
    extract(HPKE_SUITE, NOTHING, 'info_hash', info),
  ])
  const key = expand(HPKE_SUITE, secret, 'key', context, KEY_BYTES)
  const nonce = expand(HPKE_SUITE, secret, 'base_nonce', context, NONCE_BYTES)
  for (const each of [extracted, shared, secret]) each.fill(0)
  return { key, nonce }
}

/** LabeledExtract, where HKDF-Extract (RFC 5869) is HMAC. */
function extract(suite: Uint8Array, salt: Uint8Array, label: string, keyMaterial: Uint8Array): Buffer {
  return createHmac('sha256', salt).update(VERSION).update(suite).update(label).update(keyMaterial).digest()
}

/** LabeledExpand for up to 32 bytes, of which HKDF-Expand has one block. */
function expand(suite: Uint8Array, secret: Uint8Array, label: string, info: Uint8Array, length: number): Buffer {
  const hmac = createHmac('sha256', secret).update(Buffer.of(0, length)).update(VERSION).update(suite)
  return hmac.update(label).update(info).update(Buffer.of(1)).digest().subarray(0, length)
}

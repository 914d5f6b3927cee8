import { randomBytes } from 'node:crypto'

/** The part of the `libsodium` package's module that we use. A length of 64 bits is two numbers, the lower half first. */
export interface SodiumModule {
  readonly HEAPU8: Uint8Array
  _sodium_init(): number
  _malloc(length: number): number
  /** SHA-512. */
  _crypto_hash(target: number, source: number, length: number, lengthHigh: number): number
  /** X25519. */
  _crypto_scalarmult_base(target: number, secretKey: number): number
  /** 0 unless the result is zero. */
  _crypto_scalarmult(target: number, secretKey: number, publicKey: number): number
  /** BLAKE2b, with a key if the last two say so. */
  _crypto_generichash(
    target: number,
    targetLength: number,
    source: number,
    length: number,
    lengthHigh: number,
    key: number,
    keyLength: number,
  ): number
  _crypto_aead_chacha20poly1305_ietf_encrypt(
    target: number,
    targetLength: number,
    plaintext: number,
    length: number,
    lengthHigh: number,
    aad: number,
    aadLength: number,
    aadLengthHigh: number,
    secretNonce: number,
    nonce: number,
    key: number,
  ): number
  /** 0 if it is authentic. */
  _crypto_aead_chacha20poly1305_ietf_decrypt(
    target: number,
    targetLength: number,
    secretNonce: number,
    sealed: number,
    length: number,
    lengthHigh: number,
    aad: number,
    aadLength: number,
    aadLengthHigh: number,
    nonce: number,
    key: number,
  ): number
}

type SodiumFactory = (options: { readonly getRandomValue: () => number }) => Promise<SodiumModule>

/** libsodium's WebAssembly, compiled once. Undefined where that is not possible. */
export function loadSodium(): Promise<SodiumModule | undefined> {
  loading ??= compile()
  return loading
}

let loading: Promise<SodiumModule | undefined> | undefined

async function compile(): Promise<SodiumModule | undefined> {
  try {
    // @ts-expect-error: the package has no types
    const { default: factory } = (await import('libsodium')) as { default: SodiumFactory }
    const module = await factory({ getRandomValue: () => randomBytes(4).readUInt32LE() })
    return module._sodium_init() < 0 ? undefined : module
  } catch {
    return undefined
  }
}

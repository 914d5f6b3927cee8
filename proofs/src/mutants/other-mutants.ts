import type { Mutant } from './catalogue.js'

const envelope = (name: string) => `backend-envelope/${name}.js` as const

/** In recovery, in the core, in scheme kms-direct and in the KMS. */
export const otherMutants: readonly Mutant[] = [
  {
    mistake: 'a recovery wrapping is not bound to its purpose',
    file: envelope('hpke'),
    find: 'aead.open(keys.key, keys.nonce, sealed.subarray(X25519_BYTES), binding.aad)',
    replace: 'aead.open(keys.key, keys.nonce, sealed.subarray(X25519_BYTES), new Uint8Array())',
    killedBy: 'recovery',
  },
  {
    mistake: 'the list of wrapped keys is not checked when a recovery key opens it',
    file: envelope('opened-data-key'),
    find: '&& isMadeWith(key.plaintext, list))',
    replace: ')',
    killedBy: 'recovery',
  },
  {
    mistake: 'a recovery key is not zeroed',
    file: envelope('recovery-key'),
    find: '[Symbol.dispose]() {\n        this.#secret.fill(0);',
    replace: '[Symbol.dispose]() {',
    killedBy: 'recovery',
  },
  {
    mistake: 'rewrap leaves recipients that were taken away',
    file: envelope('per-record-data-keys'),
    find: 'kind !== KMS_WRAPPING && kind !== RECOVERY_WRAPPING',
    replace: 'kind !== KMS_WRAPPING',
    killedBy: 'recovery',
  },
  {
    mistake: 'the plaintext of a data key is not zeroed',
    file: 'core/data-key.js',
    find: 'this.#plaintext?.fill(0);',
    replace: '',
    killedBy: 'policies',
  },
  {
    mistake: 'contexts of other orders are other contexts',
    file: 'core/context.js',
    find: 'keys.sort(byUtf8) : keys.sort()',
    replace: 'keys : keys',
    killedBy: 'envelope',
  },
  {
    mistake: 'an application may set the purpose by itself',
    file: 'core/context.js',
    find: 'if (key.startsWith(RESERVED_CONTEXT_PREFIX)) {',
    replace: 'if (false) {',
    killedBy: 'core',
  },
  {
    mistake: 'a token has more than one spelling',
    file: 'core/token.js',
    find: 'if (!isCanonical(text))',
    replace: 'if (false)',
    killedBy: 'core',
  },
  {
    mistake: 'the fields of a record may be of another scheme than its key',
    file: 'core/field-tokens.js',
    find: 'if (scheme !== expected) {',
    replace: 'if (false) {',
    killedBy: 'core',
  },
  {
    mistake: 'a use case reads tokens of every scheme',
    file: 'core/router.js',
    find: 'new Map([provider, ...readers].map(',
    replace: 'new Map([...byScheme.values()].map(',
    killedBy: 'core',
  },
  {
    mistake: 'kms-direct does not bind the context',
    file: 'backend-kms-direct/kms-direct-provider.js',
    find: '.update(encodeContext(context))',
    replace: "''.slice(1) || createHash('sha256')",
    killedBy: 'kms-direct',
  },
  {
    mistake: 'kms-direct takes any version',
    file: 'backend-kms-direct/kms-direct-provider.js',
    find: '|| ciphertext[0] !== VERSION)',
    replace: ')',
    killedBy: 'kms-direct',
  },
  {
    mistake: 'the local KMS does not bind the context',
    file: 'kms-local/key-blob.js',
    find: 'return Buffer.concat([version, encodeContext(context)]);',
    replace: 'return version;',
    killedBy: 'kms',
  },
  {
    mistake: 'the failover gives a ciphertext to another KMS than the one that made it',
    file: 'kms-failover/failover-kms.js',
    find: 'return name === undefined ? this.#members[0] :',
    replace: 'return true ? this.#members[0] :',
    killedBy: 'kms',
  },
  {
    mistake: 'the failover passes over a KMS that refuses',
    file: 'kms-failover/failover-kms.js',
    find: 'if (!CryptoError.is(error) || !error.retryable)',
    replace: 'if (false)',
    killedBy: 'kms',
  },
]

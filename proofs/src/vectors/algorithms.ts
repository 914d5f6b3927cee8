import { type CipherGCMTypes, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'

export type Test = Readonly<Record<string, string>> & { readonly size?: unknown }
export type Group = Readonly<Record<string, unknown>> & { readonly tests: readonly Test[] }

/** A file of Wycheproof, and how Node answers its tests. */
export interface Algorithm {
  readonly file: string
  /** Whether the suites use it so; tests of other sizes are passed over. */
  applies(group: Group): boolean
  /** Whether Node says of a test what Wycheproof says. */
  agrees(test: Test): boolean
}

export const algorithms: readonly Algorithm[] = [
  aead('aes_gcm_test.json', 'aes-256-gcm'),
  aead('chacha20_poly1305_test.json', 'chacha20-poly1305' as CipherGCMTypes),
  hmac('hmac_sha256_test.json', 'sha256'),
  hmac('hmac_sha512_test.json', 'sha512'),
  {
    file: 'hkdf_sha256_test.json',
    applies: () => true,
    agrees: ({ ikm = '', salt = '', info = '', okm, size, result }) => {
      try {
        const derived = hkdfSync('sha256', bytes(ikm), bytes(salt), bytes(info), Number(size))
        return (Buffer.from(derived).toString('hex') === okm) === (result === 'valid')
      } catch {
        return result === 'invalid'
      }
    },
  },
]

/** The control: the same ciphers, with the tag left unchecked. */
export const careless: readonly Algorithm[] = algorithms
  .slice(0, 2)
  .map((algorithm) => ({ ...algorithm, agrees: ({ result }: Test) => result === 'valid' }))

function aead(file: string, cipher: CipherGCMTypes): Algorithm {
  return {
    file,
    applies: ({ ivSize, keySize, tagSize }) => ivSize === 96 && keySize === 256 && tagSize === 128,
    agrees: (test) => open(cipher, test) === (test['result'] === 'valid' ? test['msg'] : undefined),
  }
}

function open(cipher: CipherGCMTypes, { key = '', iv = '', aad = '', ct = '', tag = '' }: Test): string | undefined {
  const decipher = createDecipheriv(cipher, bytes(key), bytes(iv), { authTagLength: 16 })
  decipher.setAAD(bytes(aad), { plaintextLength: bytes(ct).length }).setAuthTag(bytes(tag))
  const plaintext = decipher.update(bytes(ct), undefined, 'hex')
  try {
    decipher.final()
    return plaintext
  } catch {
    return undefined
  }
}

function hmac(file: string, digest: string): Algorithm {
  return {
    file,
    applies: () => true,
    agrees: ({ key = '', msg = '', tag = '', result }) => {
      const mac = createHmac(digest, bytes(key)).update(bytes(msg)).digest('hex')
      return (mac.slice(0, tag.length) === tag) === (result === 'valid')
    },
  }
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}

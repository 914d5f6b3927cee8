import { randomBytes } from 'node:crypto'
import { type BenchCipher, CONTEXT, envelopes } from './ciphers.js'
import { RawAes } from './raw-aes.js'
import { asyncScenario, type Comparison, scenario } from './scenario.js'

const AAD = Buffer.alloc(48, 'a')

/** A field of so many characters, text in and text out, against binary in and out of bare node:crypto. */
export async function fieldComparisons(length: number): Promise<Comparison[]> {
  const text = randomBytes(length).toString('base64').slice(0, length)
  const raw = new RawAes()
  const plaintext = Buffer.from(text)
  const sealed = raw.encrypt(plaintext, AAD)
  const [synchronous] = envelopes().filter(({ name }) => name.includes('chacha20'))
  await synchronous?.cipher.encrypt(text, CONTEXT)
  const decrypting = await Promise.all(envelopes().map((each) => decrypt(each, text)))
  return [
    {
      title: `Encrypt a field of ${length} B`,
      scenarios: [
        scenario('node:crypto AES-256-GCM, one key, binary', () => raw.encrypt(plaintext, AAD)),
        ...envelopes().map(({ name, cipher }) => asyncScenario(name, () => cipher.encrypt(text, CONTEXT))),
        ...(synchronous
          ? [scenario(`${synchronous.name}, sync`, () => synchronous.cipher.sync.encrypt(text, CONTEXT))]
          : []),
      ],
    },
    {
      title: `Decrypt a field of ${length} B`,
      scenarios: [scenario('node:crypto AES-256-GCM, one key, binary', () => raw.decrypt(sealed, AAD)), ...decrypting],
    },
  ]
}

async function decrypt({ name, cipher }: BenchCipher, text: string) {
  const token = await cipher.encrypt(text, CONTEXT)
  return asyncScenario(name, () => cipher.decrypt(token, CONTEXT))
}

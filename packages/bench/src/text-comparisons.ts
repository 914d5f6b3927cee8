import { type BenchCipher, CONTEXT, envelopes } from './ciphers.js'
import { RawAes } from './raw-aes.js'
import { asyncScenario, type Comparison, type Scenario, scenario } from './scenario.js'
import { TextAes } from './text-aes.js'

const AAD = Buffer.alloc(48, 'a')
const TEXT = 'Zhang San, 13800138000, Hangzhou, Zhejiang, postal code 310000 .'
const BYTES = Buffer.from(TEXT)

/** A text of 64 bytes, text in and out, with and without waiting, against bare node:crypto in its two forms. */
export async function textComparisons(): Promise<Comparison[]> {
  const reusing = envelopes().filter(({ name }) => /^envelope (aes|chacha).*reuse/.test(name))
  const [raw, text] = [new RawAes(), new TextAes()]
  const [sealed, sealedText] = [raw.encrypt(BYTES, AAD), text.encrypt(TEXT, AAD)]
  const encrypting = await Promise.all(reusing.map(encrypt))
  const decrypting = await Promise.all(reusing.map(decrypt))
  return [
    {
      title: `Encrypt a text of ${BYTES.length} B`,
      scenarios: [
        scenario('node:crypto AES-256-GCM, one key, binary', () => raw.encrypt(BYTES, AAD)),
        scenario('node:crypto AES-256-GCM, one key, text', () => text.encrypt(TEXT, AAD)),
        ...encrypting.flat(),
      ],
    },
    {
      title: `Decrypt a text of ${BYTES.length} B`,
      scenarios: [
        scenario('node:crypto AES-256-GCM, one key, binary', () => raw.decrypt(sealed, AAD)),
        scenario('node:crypto AES-256-GCM, one key, text', () => text.decrypt(sealedText, AAD)),
        ...decrypting.flat(),
      ],
    },
  ]
}

async function encrypt({ name, cipher }: BenchCipher): Promise<Scenario[]> {
  await cipher.encrypt(TEXT, CONTEXT)
  return [
    asyncScenario(name, () => cipher.encrypt(TEXT, CONTEXT)),
    scenario(`${name}, sync`, () => cipher.sync.encrypt(TEXT, CONTEXT)),
  ]
}

async function decrypt({ name, cipher }: BenchCipher): Promise<Scenario[]> {
  const token = await cipher.encrypt(TEXT, CONTEXT)
  return [
    asyncScenario(name, () => cipher.decrypt(token, CONTEXT)),
    scenario(`${name}, sync`, () => cipher.sync.decrypt(token, CONTEXT)),
  ]
}

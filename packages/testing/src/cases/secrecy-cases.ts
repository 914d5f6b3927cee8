import assert from 'node:assert/strict'

import { assertDecryptionFails } from '../assertions.js'
import { concat, includesBytes, toHex } from '../bytes.js'
import type { ConformanceCase } from '../conformance-case.js'
import { flipAt } from '../mutations.js'
import { contextFor, OTHER_CONTEXT, PLAINTEXT, randomPlaintext } from '../samples.js'
import type { Subject } from '../subject.js'

const TIMES = 20

/** What a ciphertext and a failure tell to those who have no key. */
export const secrecyCases: readonly ConformanceCase<Subject>[] = [
  {
    name: 'refuses what other keys encrypted',
    run: async (subject) => {
      const context = contextFor(subject)
      const ciphertext = await subject.encrypt(PLAINTEXT, context)
      const theirs = await subject.stranger.encrypt(PLAINTEXT, context)
      await assertDecryptionFails(() => subject.stranger.decrypt(ciphertext, context), [PLAINTEXT, ciphertext])
      await assertDecryptionFails(() => subject.decrypt(theirs, context), [PLAINTEXT, theirs])
    },
  },
  {
    name: 'encrypts the same plaintext differently each time',
    run: async (subject) => {
      for (const plaintext of [new Uint8Array(0), PLAINTEXT, new Uint8Array(64)]) {
        const ciphertexts = await encryptAll(subject, Array<Uint8Array>(TIMES).fill(plaintext))
        assert.equal(new Set(ciphertexts.map(toHex)).size, TIMES, 'Two ciphertexts of a plaintext are the same')
      }
    },
  },
  {
    name: 'never uses a key stream twice',
    run: async (subject) => {
      const plaintexts = Array.from({ length: TIMES }, () => randomPlaintext(64))
      const ciphertexts = await encryptAll(subject, plaintexts)
      for (const [one, other] of pairs(TIMES)) {
        const difference = xor(at(plaintexts, one), at(plaintexts, other)).subarray(0, 16)
        const found = xor(at(ciphertexts, one), at(ciphertexts, other)).includes(difference)
        assert.ok(!found, 'The difference of two ciphertexts is that of their plaintexts')
      }
    },
  },
  {
    name: 'shows nothing of the plaintext in the ciphertext',
    run: async (subject) => {
      const plaintext = randomPlaintext(48)
      const ciphertext = await subject.encrypt(plaintext, contextFor(subject))
      for (const form of [Buffer.from(plaintext), ...textForms(plaintext)]) {
        assert.ok(!includesBytes(ciphertext, form.subarray(0, 16)), 'The ciphertext holds the plaintext')
      }
    },
  },
  {
    name: 'fails alike whatever is wrong',
    run: async (subject) => {
      const errors = await Promise.all(failures(subject).map((work) => assertDecryptionFails(work)))
      const descriptions = errors.map(({ name, code, message, retryable, reason }) =>
        JSON.stringify({ name, code, message, retryable, reason }),
      )
      assert.deepEqual([...new Set(descriptions)], descriptions.slice(0, 1), 'Failures to decrypt can be told apart')
    },
  },
]

/** One of each kind of failure to decrypt. */
function failures(subject: Subject): (() => Promise<unknown>)[] {
  const context = contextFor(subject)
  const encrypted = (): Promise<Uint8Array> => subject.encrypt(PLAINTEXT, context)
  const moved = async (): Promise<unknown> => subject.decrypt(await encrypted(), OTHER_CONTEXT)
  const flipped = async (): Promise<unknown> => subject.decrypt(flipLast(await encrypted()), context)
  return [
    async () => subject.stranger.decrypt(await encrypted(), context),
    async () => subject.decrypt(firstHalf(await encrypted()), context),
    async () => subject.decrypt(concat(firstHalf(await encrypted()), randomPlaintext(100)), context),
    ...(subject.integrity === 'ciphertext' ? [flipped] : []),
    () => subject.decrypt(new Uint8Array(0), context),
    () => subject.decrypt(randomPlaintext(1), context),
    () => subject.decrypt(randomPlaintext(200), context),
    ...(subject.bindsContext ? [moved] : []),
  ]
}

function firstHalf(ciphertext: Uint8Array): Uint8Array {
  return ciphertext.slice(0, ciphertext.length / 2)
}

function flipLast(ciphertext: Uint8Array): Uint8Array {
  return flipAt(ciphertext, ciphertext.length - 1)
}

function encryptAll(subject: Subject, plaintexts: readonly Uint8Array[]): Promise<Uint8Array[]> {
  return Promise.all(plaintexts.map((plaintext) => subject.encrypt(plaintext, contextFor(subject))))
}

function pairs(count: number): [number, number][] {
  const all = Array.from({ length: count }, (_, index) => index)
  return all.flatMap((one) => all.slice(one + 1).map((other): [number, number] => [one, other]))
}

function xor(a: Uint8Array, b: Uint8Array): Buffer {
  return Buffer.from(a.subarray(0, b.length).map((byte, index) => byte ^ (b[index] ?? 0)))
}

function textForms(bytes: Uint8Array): Buffer[] {
  const buffer = Buffer.from(bytes)
  return [buffer.toString('hex'), buffer.toString('base64'), buffer.toString('base64url')].map((text) =>
    Buffer.from(text),
  )
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  assert.ok(item !== undefined)
  return item
}

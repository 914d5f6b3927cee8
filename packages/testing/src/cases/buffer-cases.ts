import assert from 'node:assert/strict'

import { assertBytes } from '../assertions.js'
import { forEachConcurrently } from '../concurrently.js'
import type { ConformanceCase } from '../conformance-case.js'
import { contextFor, OTHER_PLAINTEXT, PLAINTEXT, randomPlaintext } from '../samples.js'
import type { Subject } from '../subject.js'

const CALLS = 100

/** Whose memory is whose, and which call's. */
export const bufferCases: readonly ConformanceCase<Subject>[] = [
  {
    name: 'leaves the plaintext, the ciphertext and the context of the caller as they were',
    run: async (subject) => {
      const plaintext = Uint8Array.from(PLAINTEXT)
      const context = { ...contextFor(subject) }
      const ciphertext = await subject.encrypt(plaintext, context)
      const copy = Uint8Array.from(ciphertext)
      await subject.decrypt(ciphertext, context)
      assertBytes(plaintext, PLAINTEXT, "The caller's plaintext was changed")
      assertBytes(ciphertext, copy, "The caller's ciphertext was changed")
      assert.deepEqual(Object.entries(context), Object.entries(contextFor(subject)), "The caller's context was changed")
    },
  },
  {
    name: 'keeps neither the plaintext nor the ciphertext of the caller',
    run: async (subject) => {
      const plaintext = Uint8Array.from(PLAINTEXT)
      const ciphertext = await subject.encrypt(plaintext, contextFor(subject))
      plaintext.fill(0)
      const decrypted = await subject.decrypt(ciphertext, contextFor(subject))
      ciphertext.fill(0)
      await roundTrip(subject, OTHER_PLAINTEXT)
      assertBytes(decrypted, PLAINTEXT)
    },
  },
  {
    name: 'takes bytes that lie inside a larger buffer',
    run: async (subject) => {
      const ciphertext = await subject.encrypt(inside(PLAINTEXT), contextFor(subject))
      assertBytes(await subject.decrypt(inside(ciphertext), contextFor(subject)), PLAINTEXT)
    },
  },
  {
    name: 'takes Buffers as well as other byte arrays',
    run: async (subject) => {
      const fromBuffer = await subject.encrypt(Buffer.from(PLAINTEXT), contextFor(subject))
      assertBytes(await subject.decrypt(Uint8Array.from(fromBuffer), contextFor(subject)), PLAINTEXT)
      const fromArray = await subject.encrypt(Uint8Array.from(PLAINTEXT), contextFor(subject))
      assertBytes(await subject.decrypt(Buffer.from(fromArray), contextFor(subject)), PLAINTEXT)
    },
  },
  {
    name: 'returns ciphertexts that share no memory',
    run: async (subject) => {
      const first = await subject.encrypt(PLAINTEXT, contextFor(subject))
      const copy = Uint8Array.from(first)
      const second = await subject.encrypt(OTHER_PLAINTEXT, contextFor(subject))
      assertBytes(first, copy, 'A ciphertext was overwritten by the next')
      first.fill(0)
      assertBytes(await subject.decrypt(second, contextFor(subject)), OTHER_PLAINTEXT)
    },
  },
  {
    name: 'returns plaintexts that share no memory',
    run: async (subject) => {
      const ciphertext = await subject.encrypt(PLAINTEXT, contextFor(subject))
      const first = await subject.decrypt(ciphertext, contextFor(subject))
      await roundTrip(subject, OTHER_PLAINTEXT)
      assertBytes(first, PLAINTEXT, 'A plaintext was overwritten by the next')
      first.fill(0)
      assertBytes(await subject.decrypt(ciphertext, contextFor(subject)), PLAINTEXT)
    },
  },
  {
    name: 'does not mix up a hundred calls at once',
    run: async (subject) => {
      const plaintexts = Array.from({ length: CALLS }, (_, index) => randomPlaintext(index))
      await forEachConcurrently(
        plaintexts,
        async (plaintext, index) => {
          const context = subject.bindsContext ? { row: `${index}` } : {}
          const ciphertext = await subject.encrypt(plaintext, context)
          assertBytes(await subject.decrypt(ciphertext, context), plaintext)
        },
        CALLS,
      )
    },
  },
]

async function roundTrip(subject: Subject, plaintext: Uint8Array): Promise<void> {
  const ciphertext = await subject.encrypt(plaintext, contextFor(subject))
  assertBytes(await subject.decrypt(ciphertext, contextFor(subject)), plaintext)
}

/** The bytes as a view of something longer. */
function inside(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(bytes.length + 40).fill(0xaa)
  larger.set(bytes, 17)
  return larger.subarray(17, 17 + bytes.length)
}

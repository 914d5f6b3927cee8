import { assertDecryptionFails, assertTamperingFails } from '../assertions.js'
import { concat } from '../bytes.js'
import { forEachConcurrently } from '../concurrently.js'
import type { ConformanceCase } from '../conformance-case.js'
import { beheadings, flips, overwritings, sampled, splices, spread, truncations } from '../mutations.js'
import { contextFor, OTHER_PLAINTEXT, PLAINTEXT, randomPlaintext } from '../samples.js'
import type { Subject } from '../subject.js'

type Mutation = (ciphertext: Uint8Array, other: Uint8Array) => readonly Uint8Array[]

const LENGTHS = [1, 2, 3, 4, 7, 8, 11, 12, 13, 15, 16, 17, 27, 28, 29, 32, 40, 60, 64, 100, 255, 256, 1000, 4096]

/** What is done to a ciphertext; the other is of another plaintext of the same length, under the same context. */
const mutations: Readonly<Record<string, Mutation>> = {
  'a ciphertext with a bit flipped in any byte': flips,
  'a ciphertext cut off at any length': truncations,
  'a ciphertext without its beginning': (ciphertext) => spread(beheadings(ciphertext)),
  'trailing bytes': (ciphertext) =>
    [Uint8Array.of(0), Uint8Array.of(0xff), Buffer.from('\n'), ciphertext.slice(-16), randomPlaintext(100)].map(
      (tail) => concat(ciphertext, tail),
    ),
  'leading bytes': (ciphertext) => [concat(Uint8Array.of(0), ciphertext), concat(Uint8Array.of(0xff), ciphertext)],
  'two ciphertexts joined': (ciphertext, other) => [concat(ciphertext, other), concat(ciphertext, ciphertext)],
  'the beginning of one ciphertext with the end of another': (ciphertext, other) => spread(splices(ciphertext, other)),
  'greatest lengths inside a ciphertext': (ciphertext) => spread(overwritings(ciphertext, 0xff)),
  'zeros inside a ciphertext': (ciphertext) => spread(overwritings(ciphertext, 0)),
}

/** What was never a ciphertext. */
const garbage: Readonly<Record<string, () => readonly Uint8Array[]>> = {
  'the empty ciphertext': () => [new Uint8Array(0)],
  'random bytes': () => LENGTHS.map(randomPlaintext),
  'zeros for a ciphertext': () => LENGTHS.map((length) => new Uint8Array(length)),
  'greatest lengths for a ciphertext': () => LENGTHS.map((length) => new Uint8Array(length).fill(0xff)),
  'a plaintext for a ciphertext': () => [PLAINTEXT],
}

/** A ciphertext that was changed, or that never was one, is not decrypted. */
export const tamperingCases: readonly ConformanceCase<Subject>[] = [
  ...Object.entries(mutations).map(([what, mutate]) => ({
    name: `refuses ${what}`,
    run: (subject: Subject) => refusesMutations(subject, mutate, [PLAINTEXT, OTHER_PLAINTEXT]),
  })),
  {
    name: 'refuses a tampered ciphertext of the empty plaintext',
    run: async (subject) => {
      const empty = new Uint8Array(0)
      await refusesMutations(subject, (ciphertext) => sampled(ciphertext, flips(ciphertext)), [empty, empty])
      await refusesMutations(subject, (ciphertext) => sampled(ciphertext, truncations(ciphertext)), [empty, empty])
    },
  },
  ...Object.entries(garbage).map(([what, make]) => ({
    name: `refuses ${what}`,
    run: (subject: Subject) =>
      forEachConcurrently(make(), (bytes) =>
        assertDecryptionFails(() => subject.decrypt(bytes, contextFor(subject)), [bytes]),
      ),
  })),
]

async function refusesMutations(
  subject: Subject,
  mutate: Mutation,
  plaintexts: readonly [Uint8Array, Uint8Array],
): Promise<void> {
  const context = contextFor(subject)
  const ciphertext = await subject.encrypt(plaintexts[0], context)
  const other = await subject.encrypt(plaintexts[1], context)
  await forEachConcurrently(mutate(ciphertext, other), (tampered) =>
    assertTamperingFails(subject.integrity, () => subject.decrypt(tampered, context), plaintexts),
  )
}

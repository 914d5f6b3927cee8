import assert from 'node:assert/strict'
import { assertBytes } from '../assertions.js'
import type { ConformanceCase } from '../conformance-case.js'
import { ALL_BYTES, contextFor, PLAINTEXT, randomPlaintext } from '../samples.js'
import type { Subject } from '../subject.js'

const MIB = 1_048_576

/** Plaintexts that must come back as they were. */
const plaintexts: Readonly<Record<string, (subject: Subject) => Uint8Array>> = {
  'the empty plaintext': () => new Uint8Array(0),
  'one byte': () => Uint8Array.of(0),
  'text that is not ASCII': () => PLAINTEXT,
  'every value of a byte': () => ALL_BYTES,
  'bytes that are not UTF-8': () => Uint8Array.of(0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80),
  zeros: () => new Uint8Array(64),
  'a large plaintext': ({ maxPlaintextBytes }) => randomPlaintext(Math.min(MIB, maxPlaintextBytes)),
}

export const roundTripCases: readonly ConformanceCase<Subject>[] = [
  ...Object.entries(plaintexts).map(([what, plaintextFor]) => ({
    name: `gives back ${what}`,
    run: (subject: Subject) => roundTrip(subject, plaintextFor(subject)),
  })),
]

async function roundTrip(subject: Subject, plaintext: Uint8Array): Promise<void> {
  const ciphertext = await subject.encrypt(plaintext, contextFor(subject))
  assert.ok(ciphertext instanceof Uint8Array, 'A ciphertext is a Uint8Array')
  assertBytes(await subject.decrypt(ciphertext, contextFor(subject)), plaintext)
}

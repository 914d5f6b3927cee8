import { assertBytes, assertRejects } from '../assertions.js'
import type { ConformanceCase } from '../conformance-case.js'
import { ALL_BYTES, contextFor, PLAINTEXT, randomPlaintext } from '../samples.js'
import type { Subject } from '../subject.js'

const KIB = 1024
const MIB = 1024 * KIB

/** Plaintexts that must come back as they were. */
const plaintexts: Readonly<Record<string, Uint8Array>> = {
  'the empty plaintext': new Uint8Array(0),
  'one byte': Uint8Array.of(0),
  'text that is not ASCII': PLAINTEXT,
  'every value of a byte': ALL_BYTES,
  'bytes that are not UTF-8': Uint8Array.of(0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80),
  'line breaks as they are': Buffer.from('\r\n\n\r \t\r\n'),
  'the byte order mark': Uint8Array.of(0xef, 0xbb, 0xbf),
  zeros: new Uint8Array(64),
}

/** Plaintexts of every size. */
export const roundTripCases: readonly ConformanceCase<Subject>[] = [
  ...Object.entries(plaintexts).map(([what, plaintext]) => ({
    name: `gives back ${what}`,
    run: (subject: Subject) => roundTrip(subject, plaintext),
  })),
  {
    name: 'gives back plaintexts of every length about that of a block',
    run: async (subject) => {
      for (let length = 1; length <= 65; length += 1) await roundTrip(subject, randomPlaintext(length))
    },
  },
  {
    name: 'gives back a large plaintext',
    run: (subject) => roundTrip(subject, randomPlaintext(Math.min(MIB, subject.maxPlaintextBytes))),
  },
  {
    name: 'gives back a plaintext of the greatest length',
    applies: ({ maxPlaintextBytes }) => maxPlaintextBytes <= 64 * KIB,
    run: (subject) => roundTrip(subject, randomPlaintext(subject.maxPlaintextBytes)),
  },
  {
    name: 'refuses a plaintext above the greatest length',
    applies: ({ maxPlaintextBytes }) => maxPlaintextBytes <= 16 * MIB,
    run: async (subject) => {
      const plaintext = randomPlaintext(subject.maxPlaintextBytes + 1)
      const work = () => subject.encrypt(plaintext, contextFor(subject))
      await assertRejects('PLAINTEXT_TOO_LARGE', work, [plaintext])
    },
  },
]

async function roundTrip(subject: Subject, plaintext: Uint8Array): Promise<void> {
  const ciphertext = await subject.encrypt(plaintext, contextFor(subject))
  assertBytes(await subject.decrypt(ciphertext, contextFor(subject)), plaintext)
}

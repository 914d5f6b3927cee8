import assert from 'node:assert/strict'

/** Compares bytes without printing them. */
export function assertBytes(
  actual: Uint8Array,
  expected: Uint8Array,
  message = 'The plaintext came back changed',
): void {
  assert.ok(actual instanceof Uint8Array, 'A plaintext is a Uint8Array')
  assert.ok(Buffer.compare(actual, expected) === 0, `${message} (${expected.length} bytes, got ${actual.length})`)
}

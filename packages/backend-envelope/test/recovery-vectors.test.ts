import { readFileSync, writeFileSync } from 'node:fs'
import { RecoveryKey, RecoveryPublicKey, recoveryProvider } from '@parasol/backend-envelope'
import { decryptionFailed } from '@parasol/core'
import { expect, it } from 'vitest'
import {
  type RecoveryVector,
  type RefusedRecoveryVector,
  recoveryVectors,
  refusedRecoveryVectors,
} from './recovery-vectors.js'

const made = { recovery: recoveryVectors(), 'recovery-refused': refusedRecoveryVectors() }

if (process.env['MAKE_VECTORS']) {
  for (const [name, vectors] of Object.entries(made)) {
    writeFileSync(path(name), `${JSON.stringify(vectors, undefined, 2)}\n`)
  }
}

const vectors: readonly RecoveryVector[] = load('recovery')
const refused: readonly RefusedRecoveryVector[] = load('recovery-refused')

it.each(vectors)('opens by the recovery key: $name', async ({ recoverySecret, context, ciphertext, plaintext }) => {
  expect(hex(await open(recoverySecret, ciphertext, context))).toBe(plaintext)
})

it.each(vectors)('knows the recovery key of: $name', async ({ recoverySecret, recoveryKey }) => {
  using key = await RecoveryKey.fromSecret(bytes(recoverySecret))
  expect(key.publicKey.toString()).toBe(recoveryKey)
  expect(RecoveryPublicKey.parse(recoveryKey).id).toBe(key.id)
})

it.each(refused)('refuses: $wrong', async ({ recoverySecret, context, ciphertext }) => {
  const error = await open(recoverySecret, ciphertext, context).catch((error: unknown) => error)
  expect(error).toStrictEqual(decryptionFailed())
})

it.each(Object.entries(made))('has %s that an implementation of docs/format.md alone makes again', (name, vectors) => {
  expect(load(name)).toEqual(vectors)
})

async function open(
  secret: string,
  ciphertext: string,
  context: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  using recoveryKey = await RecoveryKey.fromSecret(bytes(secret))
  using provider = recoveryProvider({ recoveryKey })
  return await provider.decrypt(bytes(ciphertext), context)
}

function path(name: string): URL {
  return new URL(`vectors/${name}.json`, import.meta.url)
}

function load(name: string) {
  return JSON.parse(readFileSync(path(name), 'utf8'))
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

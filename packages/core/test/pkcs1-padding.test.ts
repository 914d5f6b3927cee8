import { constants, generateKeyPairSync, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto'
import { pkcs1Fault } from '@parasol/core'
import { expect, it } from 'vitest'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

function blockOf(message: Uint8Array): Buffer {
  const encrypted = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, message)
  return privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, encrypted)
}

it('finds no fault in what OpenSSL has padded, of any length', () => {
  for (const length of [0, 1, 16, 32, 245]) expect(pkcs1Fault(blockOf(randomBytes(length)), length)).toBe(0)
})

it('finds a message of another length than is wanted', () => {
  const block = blockOf(Buffer.alloc(32, 7))
  for (const length of [0, 31, 33, 245, 246, 256]) expect(pkcs1Fault(block, length)).not.toBe(0)
})

it('finds every byte of the padding that is not what it must be', () => {
  const block = blockOf(Buffer.alloc(32, 7))
  for (let index = 0; index < block.length - 32; index += 1) {
    const wrong = Buffer.from(block)
    wrong[index] = index < 2 || index === block.length - 33 ? (block[index] as number) ^ 1 : 0
    expect(pkcs1Fault(wrong, 32), `byte ${index}`).not.toBe(0)
  }
})

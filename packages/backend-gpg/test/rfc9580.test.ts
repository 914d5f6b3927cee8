import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { GpgProvider, KeyRing } from '@parasol/backend-gpg'
import { decryptData, readCertificates, readSecretKeys, verifyInline } from '@parasol/backend-gpg/stateless'
import { describe, expect, it, vi } from 'vitest'
import * as samples from './rfc9580-samples.js'

// Argon2 takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const certificates = () => readCertificates(Buffer.from(samples.CERTIFICATE))
const LIST = 'What we need from the grocery store:\n\n- tofu\n- vegetables\n- noodles\n'

describe('the samples of RFC 9580, appendix A', () => {
  it('are keys that the ring takes', async () => {
    const ring = KeyRing.inMemory()
    expect(await ring.import(samples.CERTIFICATE)).toMatchObject({ added: [samples.FINGERPRINT], skipped: [] })
    expect(await ring.import(samples.LOCKED_KEY)).toMatchObject({ updated: [samples.FINGERPRINT], unprotected: [] })
    const [summary] = await ring.summaries()
    expect(summary).toMatchObject({ fingerprint: samples.FINGERPRINT, abilities: ['certify', 'sign'], secret: true })
    expect(summary?.subkeys).toMatchObject([{ abilities: ['encrypt'], algorithm: 'x25519' }])
  })

  it('are a text signed below and a signed message', async () => {
    const signed = [{ primary: samples.FINGERPRINT, mode: 'text' }]
    const below = await verifyInline(samples.CLEARTEXT, await certificates())
    expect([Buffer.from(below.data).toString(), below.signatures]).toMatchObject([LIST, signed])
    const inline = await verifyInline(samples.INLINE_SIGNED, await certificates())
    expect([Buffer.from(inline.data).toString(), inline.signatures]).toMatchObject([LIST, signed])
  })

  it('are a message to the key', async () => {
    const keys = await readSecretKeys(Buffer.from(samples.SECRET_KEY))
    expect(keys[0]?.getFingerprint().toUpperCase()).toBe(samples.FINGERPRINT)
    const { data } = await decryptData(samples.TO_KEY, { keys })
    expect(Buffer.from(data).toString()).toBe(samples.PLAINTEXT)
  })

  it.each(Object.entries(samples.TO_PASSWORD))('are a message to a password in %s', async (_mode, message) => {
    const { data } = await decryptData(message, { passwords: [samples.PASSWORD] })
    expect(Buffer.from(data).toString()).toBe(samples.PLAINTEXT)
    const provider = new GpgProvider({
      keyRing: KeyRing.inMemory(),
      recipients: [],
      password: () => samples.PASSWORD,
      allowUnsigned: true,
    })
    expect(Buffer.from(await provider.decrypt(message, {})).toString()).toBe(samples.PLAINTEXT)
  })

  it.each(Object.entries(samples.BY_ARGON2))(
    'are refused where Argon2 asks for 2 GiB: %s',
    async (_cipher, message) => {
      await expect(decryptData(message, { passwords: [samples.PASSWORD] })).rejects.toThrow(
        expect.objectContaining({ code: 'DECRYPTION_FAILED' }),
      )
    },
  )
})

// They stand beside the project, as https://github.com/rpgp/rpgp/tree/main/tests/rfc9580 has them.
const folder = join(
  process.env['PARASOL_VECTORS'] ?? resolve(import.meta.dirname, '../../../../shared/vectors'),
  'rfc9580',
)
const hasVectors = existsSync(folder)
const ILLEGAL = 'v6-legacy_illegal'
const TEXT = 'hello world\n'

function vectors(file: string): readonly string[] {
  return hasVectors ? readdirSync(folder).filter((name) => existsSync(join(folder, name, file))) : []
}

const read = (name: string, file: string): Buffer => readFileSync(join(folder, name, file))

describe('the keys and messages of rpgp', () => {
  const withVectors = it.skipIf(!hasVectors)

  withVectors('are all decrypted, as a whole and as a stream (needs rpgp/rpgp in PARASOL_VECTORS)', async () => {
    const failed: string[] = []
    for (const file of ['enc-seipdv1.msg', 'enc-seipdv2.msg']) {
      for (const name of vectors(file).filter((each) => each !== ILLEGAL)) {
        await expectRead(name, file).catch((error) => failed.push(`${name}/${file}: ${error}`))
      }
    }
    expect(failed).toEqual([])
    expect(vectors('enc-seipdv2.msg')).toHaveLength(10)
  })

  withVectors('are verified (needs rpgp/rpgp in PARASOL_VECTORS)', async () => {
    const verified: Record<string, number> = {}
    for (const name of vectors('csf.msg').filter((each) => each !== ILLEGAL)) {
      const signed = await verifyInline(read(name, 'csf.msg'), await readCertificates(read(name, 'tsk.asc'))).catch(
        () => undefined,
      )
      if (signed) expect(Buffer.from(signed.data).toString().trimEnd()).toBe(TEXT.trimEnd())
      verified[name] = signed?.signatures.length ?? -1
    }
    expect(verified).toEqual(Object.fromEntries(Object.keys(verified).map((name) => [name, 1])))
    expect(Object.keys(verified)).toHaveLength(6)
  })

  withVectors('are refused where RFC 9580 forbids them (needs rpgp/rpgp in PARASOL_VECTORS)', async () => {
    const { added, skipped } = await KeyRing.inMemory().import(read(ILLEGAL, 'tsk.asc'))
    expect([added, skipped]).toEqual([[], [{ position: 1, why: expect.any(String) }]])
  })

  async function expectRead(name: string, file: string): Promise<void> {
    const keyRing = KeyRing.inMemory()
    const { added } = await keyRing.import(read(name, 'tsk.asc'))
    const provider = new GpgProvider({ keyRing, recipients: added, allowUnsigned: true })
    const pieces: Uint8Array[] = []
    const source = (async function* () {
      yield read(name, file)
    })()
    for await (const piece of provider.decryptStream(source, {})) pieces.push(Uint8Array.from(piece))
    const whole = await provider.decrypt(read(name, file), {})
    expect([Buffer.from(whole).toString(), Buffer.concat(pieces).toString()]).toEqual([TEXT, TEXT])
  }
})

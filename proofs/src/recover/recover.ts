import {
  EnvelopeProvider,
  parseRecoveryText,
  RecoveryKey,
  type RecoveryRecipient,
  recoveryProvider,
  withRecoveryText,
} from '@parasol/backend-envelope'
import { GpgProvider, generateGpgKey, KeyRing } from '@parasol/backend-gpg'
import { type Cipher, CryptoError, type CryptoProvider, createCrypto, type EncryptedRecord } from '@parasol/core'
import { LocalKms } from '@parasol/kms-local'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { randomFrom } from '../random.js'
import { TemporaryFolder } from '../temporary-folder.js'

const RECORDS = { short: 300, full: 10_000 } as const
const KEY_ID = 'alias/proof'
const PASSPHRASE = 'only for proofs'

interface Row {
  readonly context: Readonly<Record<string, string>>
  readonly fields: Readonly<Record<string, string>>
  readonly record: EncryptedRecord
}

/**
 * Encrypts records, deletes the KMS and all its keys, and opens the records by the recovery key, whose secret half was an
 * OpenPGP message to two officers meanwhile: each of them opens it in turn. Half of the records are then moved to a new
 * KMS and read there.
 */
export const recover: Proof = {
  name: 'recover',
  claim: 'When the KMS and its keys are gone, all records are restored by the recovery key that officers keep',
  goal: 'restored = records, moved = half of them, refused = records read without the recovery key or by another one',
  measure: (context) => attempt(context, 'offline'),
  control: (context) => attempt({ ...context, scale: 'short' }, 'nobody'),
}

async function attempt(context: ProofContext, recipient: 'offline' | 'nobody'): Promise<Finding> {
  const officers = await Promise.all(['Officer one', 'Officer two'].map(newOfficer))
  const { publicKey, message } = await newRecoveryKey(officers)
  const rows = await encryptRows(context, recipient === 'offline' ? [{ publicKey }] : [])
  const tally = { records: rows.length, restored: 0, moved: 0, refused: 0 }
  using folder = new TemporaryFolder()
  await using kms = await openKms(folder.path)
  const restorers = await Promise.all(officers.map((officer) => openMessage(message, officer)))
  const [first] = restorers
  if (!first) throw new Error('There are no officers')
  const stranger = await RecoveryKey.generate()
  const without = [new EnvelopeProvider({ kms, keyId: KEY_ID }), recoveryProvider({ recoveryKey: stranger })]
  for (const [index, row] of rows.entries()) {
    const recoveryKey = restorers[index % restorers.length] ?? first
    if (await reads(recoveryProvider({ recoveryKey }), row)) tally.restored++
    if (index % 2 === 0 && (await moves(row, recoveryKey, kms))) tally.moved++
    if ((await Promise.all(without.map((provider) => reads(provider, row)))).every((read) => !read)) tally.refused++
    context.progress(index, rows.length)
  }
  const { records, restored, moved, refused } = tally
  return {
    figures: tally,
    holds: restored === records && moved === Math.ceil(records / 2) && refused === records,
  }
}

/** The KMS, its keys and its folder are gone when this resolves. */
async function encryptRows(
  { scale, seed }: ProofContext,
  recovery: readonly RecoveryRecipient[],
): Promise<readonly Row[]> {
  const random = randomFrom(seed)
  using folder = new TemporaryFolder()
  await using kms = await openKms(folder.path)
  const dataKeys = { reuse: { maxRecords: 100 } }
  const policies = [{ dataKeys }, {}]
  const providers = policies.map((policy) => new EnvelopeProvider({ kms, keyId: KEY_ID, recovery, ...policy }))
  const rows: Row[] = []
  for (let index = 0; index < RECORDS[scale]; index++) {
    const fields = { phone: `1380013${1000 + random.below(9000)}`, note: '浙江'.repeat(random.below(30)) }
    const context = { customerId: String(index) }
    const cipher = cipherOf(random.pick(providers))
    rows.push({ context, fields, record: await cipher.encryptRecord(fields, context) })
  }
  return rows
}

async function reads(provider: CryptoProvider, { record, context, fields }: Row): Promise<boolean> {
  try {
    const opened = await cipherOf(provider).decryptRecord(record, context)
    return JSON.stringify(opened) === JSON.stringify(fields)
  } catch (error) {
    if (CryptoError.is(error) && error.code === 'DECRYPTION_FAILED') return false
    throw error
  }
}

/** Under a new KMS, without touching the fields. */
async function moves(row: Row, recoveryKey: RecoveryKey, kms: LocalKms): Promise<boolean> {
  const { record, context } = row
  const saving = cipherOf(recoveryProvider({ recoveryKey, rewrapFor: { kms, keyId: KEY_ID } }))
  try {
    const key = await saving.rewrap(record.key ?? '', context)
    return await reads(new EnvelopeProvider({ kms, keyId: KEY_ID }), { ...row, record: { ...record, key } })
  } catch (error) {
    if (CryptoError.is(error) && error.code === 'DECRYPTION_FAILED') return false
    throw error
  }
}

function cipherOf(provider: CryptoProvider): Cipher {
  return createCrypto([provider], { customer: { scheme: 'envelope' } }).for('customer')
}

async function openKms(folder: string): Promise<LocalKms> {
  const kms = new LocalKms({ folder, rootKey: { passphrase: () => PASSPHRASE }, scryptN: 1024, createKeys: [KEY_ID] })
  await kms.open()
  return kms
}

interface Officer {
  readonly fingerprint: string
  readonly certificate: string
  readonly secretKey: string
}

async function newOfficer(name: string): Promise<Officer> {
  return generateGpgKey({ name, passphrase: PASSPHRASE })
}

async function newRecoveryKey(officers: readonly Officer[]): Promise<{ publicKey: string; message: Uint8Array }> {
  using key = await RecoveryKey.generate()
  const keyRing = KeyRing.inMemory()
  for (const { certificate } of officers) await keyRing.import(certificate)
  const recipients = officers.map(({ fingerprint }) => fingerprint)
  const gpg = new GpgProvider({ keyRing, recipients, allowUnsigned: true })
  return { publicKey: key.publicKey.toString(), message: await withRecoveryText(key, (text) => gpg.encrypt(text, {})) }
}

async function openMessage(message: Uint8Array, { fingerprint, secretKey }: Officer): Promise<RecoveryKey> {
  const keyRing = KeyRing.inMemory()
  await keyRing.import(secretKey)
  const recipients = [fingerprint]
  using gpg = new GpgProvider({ keyRing, recipients, allowUnsigned: true, passphrase: () => PASSPHRASE })
  const text = await gpg.decrypt(message, {})
  return parseRecoveryText(text)
}

import type { ClaimedSigner, KeyRing } from '@parasol/backend-gpg'
import { catalogue } from '../catalogue.js'
import type { PassphraseOptions } from '../commands/gpg/ring-options.js'
import type { Facts } from '../print.js'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'
import { keyIdOf, RingNames } from './ring-names.js'

type PrivateKey = Awaited<ReturnType<KeyRing['secretKey']>>

export interface OpenpgpOptions extends PassphraseOptions {
  /** Whether to open a message, to see who signed it. */
  readonly decrypt?: boolean
}

/** Undefined if the bytes are neither an encrypted message nor signed, nor a signature. */
export async function openpgpFacts(
  terminal: Terminal,
  bytes: Uint8Array,
  options: OpenpgpOptions,
): Promise<Facts | undefined> {
  const { inspectMessage, inspectSignatures } = await import('@parasol/backend-gpg')
  const message = inspectMessage(bytes)
  if (message) {
    const names = await RingNames.open(terminal, options)
    const signers = options.decrypt ? await signersWithin(terminal, bytes, options, names) : undefined
    const contacts = contactsOf(names, [...message.recipients, ...(signers ?? []).map(({ keyId }) => keyId)])
    return { ...message, ...(signers ? { signers } : { signer: 'encrypted' }), contacts }
  }
  const signed = await inspectSignatures(bytes)
  if (!signed) return undefined
  const names = await RingNames.open(terminal, options)
  const signers = signed.signers.map((signer) => ({ ...signer, verified: false }))
  return {
    ...signed,
    signers,
    contacts: contactsOf(
      names,
      signers.map(({ keyId }) => keyId),
    ),
  }
}

/** What a person reads: names beside the ids that they stand for. */
export function openpgpText(terminal: Terminal, facts: Facts): Facts {
  const { contacts = {}, signers, recipients, signer, ...others } = facts
  const known = contacts as Readonly<Record<string, readonly string[]>>
  const named = (id: string): string => (known[id] ? `${id} (${known[id].join(', ')})` : id)
  const text = texts(terminal)
  return {
    ...others,
    ...(Array.isArray(recipients) && { recipients: recipients.map(named) }),
    ...(signer !== undefined && { signer: text.withinMessage }),
    ...(Array.isArray(signers) && { signers: signers.length === 0 ? text.nobody : signers.map(described) }),
  }

  function described({ keyId, fingerprint, signedAt, verified }: Signer): string {
    return [fingerprint ?? '', named(keyId), signedAt, verified ? text.verified : text.notVerified]
      .filter((part) => part)
      .join(' ')
  }
}

interface Signer extends ClaimedSigner {
  /** Whether the signature is valid, by the key of the ring that it names. */
  readonly verified: boolean
}

const MAX_BYTES = 64 * 1024 * 1024

async function signersWithin(
  terminal: Terminal,
  bytes: Uint8Array,
  options: OpenpgpOptions,
  names: RingNames,
): Promise<readonly Signer[]> {
  if (bytes.length >= MAX_BYTES) throw new UsageError(texts(terminal).tooLong)
  const { openRing } = await import('../commands/gpg/ring-options.js')
  const { decryptData } = await import('@parasol/backend-gpg/stateless')
  const ring = await openRing(terminal, options)
  const own = (await ring.summaries()).filter(({ secret }) => secret)
  const keys = await Promise.all(own.map(({ fingerprint }) => ring.secretKey(fingerprint)))
  const first = await open(terminal, bytes, keys, options)
  first.data.fill(0)
  // Only now it is known whose certificates are asked for, of a ring that may have many.
  const primaries = new Set(first.claimed.flatMap(({ keyId }) => names.primaryOf(keyId) ?? []))
  const verify = await Promise.all([...primaries].map((fingerprint) => ring.certificate(fingerprint)))
  const { data, signatures } = await decryptData(bytes, { keys, verify, sessionKeys: [first.sessionKey] })
  data.fill(0)
  const valid = new Set(signatures.map(({ signedBy }) => keyIdOf(signedBy)))
  return first.claimed.map((signer) => ({ ...signer, verified: valid.has(signer.keyId) }))
}

/** With keys that are not locked, if they can; else a passphrase is asked for. */
async function open(terminal: Terminal, bytes: Uint8Array, keys: readonly PrivateKey[], options: OpenpgpOptions) {
  const { decryptData, isLocked } = await import('@parasol/backend-gpg/stateless')
  const { readPassphrase } = await import('../commands/gpg/ring-options.js')
  const unlocked = keys.filter((key) => !isLocked(key))
  const opened = await decryptData(bytes, { keys: unlocked }).catch(unlessRefused)
  if (opened) return opened
  const given = await readPassphrase(terminal, options)
  try {
    return await decryptData(bytes, { keys, passphrases: given === undefined ? [] : [given] })
  } catch (error) {
    const { canAsk, Dialogue } = await import('../dialogue.js')
    const isLocked = (error as { reason?: string }).reason === 'GPG_PASSPHRASE_REQUIRED'
    if (given !== undefined || !isLocked || !canAsk(terminal)) throw error
    using dialogue = new Dialogue(terminal)
    return decryptData(bytes, { keys, passphrases: [await dialogue.secret(texts(terminal).passphrase)] })
  }
}

function unlessRefused(error: unknown): undefined {
  if ((error as { code?: string }).code !== 'DECRYPTION_FAILED') throw error
}

function contactsOf(names: RingNames, keyIds: readonly string[]): Facts | undefined {
  const known = keyIds.flatMap((keyId) => {
    const found = names.of(keyId)
    return found ? [[keyId, found] as const] : []
  })
  return known.length > 0 ? Object.fromEntries(known) : undefined
}

const texts = catalogue(
  {
    withinMessage: 'within the message: --decrypt shows it, with a key that opens it',
    nobody: 'nobody',
    verified: 'valid',
    notVerified: 'not verified',
    passphrase: 'Passphrase',
    tooLong: 'The message is longer than 64 MiB: parasol gpg decrypt --from NAME says whether that one signed it',
  },
  {
    withinMessage: '在消息之内：有能解密的密钥时，可用 --decrypt 显示',
    nobody: '无人签名',
    verified: '有效',
    notVerified: '未验证',
    passphrase: '口令',
    tooLong: '消息超过 64 MiB：用 parasol gpg decrypt --from 名字 可知是否由其签名',
  },
)

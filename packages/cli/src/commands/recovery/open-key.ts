import type { RecoveryKey } from '@parasol/backend-envelope'
import type { Cipher } from '@parasol/core'
import type { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { readWhole } from '../../read-whole.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'

/** How an officer opens the recovery key. */
export interface KeyOptions {
  readonly message?: string
  readonly officerKey?: string
  readonly keyFromStdin?: boolean
}

/** A recovery key, and whose key opened its message. */
export interface OpenedKey {
  readonly recoveryKey: RecoveryKey
  readonly officer: string | undefined
}

const PASSPHRASE = 'PARASOL_OFFICER_PASSPHRASE'

export function addKeyOptions(command: Command, terminal: Terminal): Command {
  const text = texts(terminal)
  return command
    .option('--message <file>', text.message)
    .option('--officer-key <file>', text.officerKey)
    .option('--key-from-stdin', text.keyFromStdin)
}

/**
 * The recovery key, which the caller disposes of.
 *
 * @throws UsageError without a way to it; CryptoError WRONG_PASSPHRASE, DECRYPTION_FAILED if the message is not for it
 */
export async function openRecoveryKey(terminal: Terminal, options: KeyOptions): Promise<OpenedKey> {
  const { message, officerKey, keyFromStdin = false } = options
  if (keyFromStdin && message === undefined && officerKey === undefined) {
    return { recoveryKey: await parse(await readStdin(terminal)), officer: undefined }
  }
  if (keyFromStdin || message === undefined || officerKey === undefined) throw new UsageError(texts(terminal).whichKey)
  return openMessage(terminal, message, officerKey)
}

/** What opens by a recovery key as a use case of this purpose would. */
export async function recoveryCipher(recoveryKey: RecoveryKey, scheme: string, purpose: string): Promise<Cipher> {
  const { recoveryProvider } = await import('@parasol/backend-envelope')
  const { createCrypto } = await import('@parasol/core')
  return createCrypto([recoveryProvider({ recoveryKey, scheme })], { recovery: { scheme, purpose } }).for('recovery')
}

async function openMessage(terminal: Terminal, message: string, officerKey: string): Promise<OpenedKey> {
  const { GpgProvider, KeyRing } = await import('@parasol/backend-gpg')
  const keyRing = KeyRing.inMemory()
  const { added: recipients } = await keyRing.import(await readWhole(officerKey))
  using gpg = new GpgProvider({ keyRing, recipients, allowUnsigned: true, passphrase: () => passphrase(terminal) })
  const text = await gpg.decrypt(await readWhole(message), {}, { signal: terminal.signal })
  return { recoveryKey: await parse(text), officer: recipients.join(', ') }
}

async function parse(text: Uint8Array): Promise<RecoveryKey> {
  const { parseRecoveryText } = await import('@parasol/backend-envelope')
  try {
    return await parseRecoveryText(text)
  } finally {
    text.fill(0)
  }
}

async function passphrase(terminal: Terminal): Promise<string> {
  const { canAsk, Dialogue } = await import('../../dialogue.js')
  const given = terminal.env[PASSPHRASE]
  if (given !== undefined || !canAsk(terminal)) return given ?? ''
  using dialogue = new Dialogue(terminal)
  return await dialogue.secret(texts(terminal).passphrase)
}

async function readStdin(terminal: Terminal): Promise<Uint8Array> {
  if (terminal.stdin.isTTY) throw new UsageError(texts(terminal).whichKey)
  const chunks: Buffer[] = []
  for await (const chunk of terminal.stdin as AsyncIterable<Buffer>) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  for (const chunk of chunks) chunk.fill(0)
  return bytes
}

const texts = catalogue(
  {
    message: 'the message to the officers, as parasol recovery init wrote it',
    officerKey: `the OpenPGP secret key of an officer; its passphrase is asked for, or in ${PASSPHRASE}`,
    keyFromStdin: 'take the recovery key from a pipe, as gpg --decrypt prints it: for secret keys on a card',
    passphrase: 'Passphrase of the officer',
    whichKey: 'Say how the recovery key is opened: --message and --officer-key, or else --key-from-stdin and a pipe',
  },
  {
    message: '给保管人的消息，由 parasol recovery init 写出',
    officerKey: `一位保管人的 OpenPGP 私钥；会询问其口令，或取自 ${PASSPHRASE}`,
    keyFromStdin: '从管道读取 gpg --decrypt 输出的恢复密钥：用于智能卡上的私钥',
    passphrase: '保管人的口令',
    whichKey: '请说明如何打开恢复密钥：--message 与 --officer-key，或用 --key-from-stdin 和管道',
  },
)

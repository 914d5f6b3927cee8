import type { EncryptionContext } from '@parasol/core'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { convertFile } from '../../convert-file.js'
import { examples } from '../../examples.js'
import { addFactOptions, addFileOptions, addJsonOption, type CipherOptions, contextOf, filesOf } from '../../options.js'
import { print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { readTextInput } from '../../text-input.js'
import { UsageError } from '../../usage-error.js'
import { addKeyOptions, type KeyOptions, openRecoveryKey, recoveryCipher } from './open-key.js'

interface DecryptOptions extends KeyOptions, Omit<CipherOptions, 'useCase' | 'config'> {
  readonly purpose: string
}

/** Decrypts without the KMS and without a configuration: on that day neither may be there. */
export function decryptCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('decrypt')
    .description(text.description)
    .argument('[token]', text.argument)
    .requiredOption('--purpose <name>', text.purpose)
  addFileOptions(addFactOptions(addKeyOptions(command, terminal), terminal), terminal)
  return addJsonOption(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((argument, options) => decrypt(terminal, argument, options))
}

async function decrypt(terminal: Terminal, argument: string | undefined, options: DecryptOptions): Promise<void> {
  const context = contextOf(terminal, options)
  const files = filesOf(terminal, options, argument)
  const input = files || argument !== undefined ? argument : await readPipe(terminal, options)
  const { recoveryKey } = await openRecoveryKey(terminal, options)
  using _ = recoveryKey
  if (!files) return await decryptText(terminal, input ?? '', context, { ...options, recoveryKey })
  const { decryptFile } = await import('@parasol/core/files')
  const cipher = await recoveryCipher(recoveryKey, 'envelope', options.purpose)
  await convertFile(terminal, files, options, (settings) =>
    decryptFile(cipher, files.source, files.target, context, settings),
  )
}

type TextOptions = DecryptOptions & { readonly recoveryKey: Awaited<ReturnType<typeof openRecoveryKey>>['recoveryKey'] }

/** A token to its text; a record, whose fields and wrapped key stand side by side, to its fields. */
async function decryptText(
  terminal: Terminal,
  input: string,
  context: EncryptionContext,
  options: TextOptions,
): Promise<void> {
  const { parseToken, unflattenRecord, WRAPPED_KEY_FIELD } = await import('@parasol/core')
  const call = { signal: terminal.signal }
  const isRecord = input.trimStart().startsWith('{')
  const flat = isRecord ? parseRecord(terminal, input) : {}
  const { scheme } = parseToken(isRecord ? (flat[WRAPPED_KEY_FIELD] ?? '') : input)
  const cipher = await recoveryCipher(options.recoveryKey, scheme, options.purpose)
  if (isRecord) {
    const fields = await cipher.decryptRecord(unflattenRecord(flat), context, call)
    print(terminal, { json: true }, fields, () => '')
    return
  }
  const text = await cipher.decrypt(input, context, call)
  print(terminal, options, { text }, () => (terminal.stdout.isTTY ? `${text}\n` : text))
}

function parseRecord(terminal: Terminal, input: string): Readonly<Record<string, string>> {
  try {
    const record: unknown = JSON.parse(input)
    const isFlat = Object.values(Object(record)).every((value) => typeof value === 'string')
    if (isFlat) return record as Record<string, string>
  } catch {}
  throw new UsageError(texts(terminal).noRecord)
}

function readPipe(terminal: Terminal, { keyFromStdin }: DecryptOptions): Promise<string> {
  if (keyFromStdin) throw new UsageError(texts(terminal).pipeTaken)
  return readTextInput(terminal, undefined)
}

const EXAMPLES = [
  'parasol recovery decrypt --message recovery.asc --officer-key li.key --purpose customer.phone -c customerId=7 enc1.envelope.…',
  'gpg --decrypt recovery.asc | parasol recovery decrypt --key-from-stdin --purpose customer.phone -c customerId=7 enc1.envelope.…',
  'parasol recovery decrypt --message recovery.asc --officer-key li.key --purpose customer.scan -c customerId=7 --in scan.pdf.enc --out scan.pdf',
]

const texts = catalogue(
  {
    description: 'decrypt a token, a record or a file by the recovery key, without the KMS and without a configuration',
    argument: 'the token, or a record as JSON with its "kms_encrypt_key"; or from a pipe',
    purpose: 'what the data was for: the name of its use case, or that use case\'s "purpose"',
    noRecord: 'The input begins as a record and is none: expected a JSON object of tokens',
    pipeTaken: 'The pipe brings the recovery key, so the token has to be an argument, or --in a file',
  },
  {
    description: '用恢复密钥解密令牌、记录或文件，不需要 KMS 和配置',
    argument: '令牌，或带 "kms_encrypt_key" 的 JSON 记录；也可从管道输入',
    purpose: '数据的用途：用途的名称，或该用途的 "purpose"',
    noRecord: '输入像一条记录但不是：应为由令牌组成的 JSON 对象',
    pipeTaken: '管道已用于恢复密钥，令牌须作为参数给出，或用 --in 给出文件',
  },
)

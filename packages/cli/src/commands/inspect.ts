import { Command } from 'commander'
import { readTextInput } from '../text-input.js'
import { UsageError } from '../usage-error.js'

interface InspectOptions {
  readonly in?: string
  readonly json?: boolean
}

const EXAMPLES = `
Examples:
  $ parasol inspect enc1.envelope.…
  $ parasol inspect --json enc1.envelope.…
  $ parasol inspect --in scan.pdf.enc
`

/** What a token or a file says of itself to anyone. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description(
      'show what a token or a file says of itself, without a key and without a configuration; nothing of it is verified',
    )
    .argument('[token]', 'the token; or from a pipe')
    .option('-i, --in <file>', 'an encrypted file of scheme envelope, of any size')
    .option('--json', 'for programs')
    .addHelpText('after', EXAMPLES)
    .action(inspect)
}

async function inspect(argument: string | undefined, { in: path, json = false }: InspectOptions): Promise<void> {
  if (path !== undefined && argument !== undefined) throw new UsageError('Expected a token or --in, not both')
  const facts = path === undefined ? await tokenFacts(await readTextInput(argument)) : await fileFacts(path)
  process.stdout.write(json ? `${JSON.stringify(facts)}\n` : formatFacts(facts))
}

async function tokenFacts(token: string): Promise<object> {
  const { parseToken } = await import('@parasol/core')
  const { scheme, ciphertext } = parseToken(token)
  return { scheme, ciphertextBytes: ciphertext.length, ...(await envelopeFacts(ciphertext, ciphertext.length)) }
}

/** A file does not name its scheme. Those of this one say what they are; no more of it is read than its head can have. */
async function fileFacts(path: string): Promise<object> {
  const { InputFile } = await import('@parasol/core/files')
  const { MAX_HEAD_BYTES } = await import('@parasol/backend-envelope')
  await using file = await InputFile.open(path)
  const facts = await envelopeFacts(await file.read(0, MAX_HEAD_BYTES), file.size)
  if (facts) return { scheme: 'envelope', ciphertextBytes: file.size, ...facts }
  throw new UsageError(
    'Not an encrypted file of scheme envelope: no other says of itself what it is. A token: by a pipe',
  )
}

/** A scheme may have any name: what the bytes are, their head says. Undefined if it says nothing. */
async function envelopeFacts(head: Uint8Array, size: number): Promise<object | undefined> {
  const { CryptoError } = await import('@parasol/core')
  const { inspectEnvelope } = await import('@parasol/backend-envelope')
  try {
    const { suite, wrappedKeys, greenKeyBytes: wrappedKeyBytes } = inspectEnvelope(head)
    const keyIds = wrappedKeys.map(({ keyId }) => keyId)
    return { suite, keyIds, wrappedKeyBytes, bodyBytes: size - wrappedKeyBytes }
  } catch (error) {
    if (CryptoError.is(error) && error.code === 'INVALID_INPUT') return undefined
    throw error
  }
}

function formatFacts(facts: object): string {
  const lines = Object.entries(facts).map(([name, value]) => `${`${name}:`.padEnd(18)} ${printable(String(value))}\n`)
  return lines.join('')
}

/** The text in a ciphertext comes from whoever made it. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '?')
}

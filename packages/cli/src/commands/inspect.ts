import { Command } from 'commander'
import { readTextInput } from '../text-input.js'

const EXAMPLES = `
Examples:
  $ parasol inspect enc1.envelope.…
  $ parasol inspect --json enc1.envelope.…
`

/** What a token says of itself to anyone. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description(
      'show what a token says of itself, without a key and without a configuration; nothing of it is verified',
    )
    .argument('[token]', 'the token; or from a pipe')
    .option('--json', 'for programs')
    .addHelpText('after', EXAMPLES)
    .action(inspect)
}

async function inspect(argument: string | undefined, { json = false }: { json?: boolean }): Promise<void> {
  const { parseToken } = await import('@parasol/core')
  const { scheme, ciphertext } = parseToken(await readTextInput(argument))
  const facts = { scheme, ciphertextBytes: ciphertext.length, ...(await envelopeFacts(ciphertext)) }
  process.stdout.write(json ? `${JSON.stringify(facts)}\n` : formatFacts(facts))
}

/** A scheme may have any name: what the bytes are, they say. */
async function envelopeFacts(ciphertext: Uint8Array): Promise<object> {
  const { CryptoError } = await import('@parasol/core')
  const { inspectEnvelope } = await import('@parasol/backend-envelope')
  try {
    const { suite, wrappedKeys, greenKeyBytes, bodyBytes } = inspectEnvelope(ciphertext)
    return { suite, keyIds: wrappedKeys.map(({ keyId }) => keyId), wrappedKeyBytes: greenKeyBytes, bodyBytes }
  } catch (error) {
    if (CryptoError.is(error) && error.code === 'INVALID_INPUT') return {}
    throw error
  }
}

function formatFacts(facts: object): string {
  const lines = Object.entries(facts).map(([name, value]) => `${`${name}:`.padEnd(18)} ${printable(String(value))}\n`)
  return lines.join('')
}

/** The text in a token comes from whoever made it. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '?')
}

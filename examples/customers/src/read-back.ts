import { openCrypto } from '@parasol/config'
import { describe } from './failure.js'
import { InputError } from './input-error.js'
import { methods } from './methods.js'
import { Progress } from './progress.js'
import { WorkingFolder } from './working-folder.js'
import type { UseCaseName } from './write-config.js'

/** What the process that reads back tells the one that started it. */
export type ReadBackMessage = { readonly elapsed: number } | { readonly failed: string }

/**
 * A program of its own, which knows only what is on disk: it decrypts what one scheme wrote and compares it with the
 * original.
 */
process.stdout.on('error', () => undefined)
const [folder = '', scheme = ''] = process.argv.slice(2)

try {
  tell({ elapsed: await readBack() })
} catch (error) {
  tell({ failed: describe(error) })
  process.exitCode = 1
}
process.disconnect?.()

async function readBack(): Promise<number> {
  const method = methods.find((each) => each.scheme === scheme)
  if (!method) throw new InputError(`Expected a scheme: ${methods.map((each) => each.scheme).join(', ')}`)
  const working = await WorkingFolder.open(folder)
  const table = await working.readTable()
  await using crypto = await openCrypto<UseCaseName>(working.config)
  const progress = new Progress(`  ${method.scheme} read back`, table.rows)
  await method.compare({
    cipher: crypto.router.for(method.useCase),
    table,
    target: working.encrypted(table.file, method.suffix),
    progress,
    signal: new AbortController().signal,
  })
  return progress.finish()
}

function tell(message: ReadBackMessage): void {
  if (process.send) process.send(message)
  else if ('failed' in message) console.error(`error: ${message.failed}`)
}

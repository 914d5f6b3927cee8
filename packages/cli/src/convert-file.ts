import type { FileOptions } from '@parasol/core/files'
import type { CipherOptions } from './options.js'
import { print } from './print.js'
import { Progress } from './progress.js'
import type { Terminal } from './terminal.js'

/** Does the work of a file to a file, with progress on a terminal. Prints what was written for programs only. */
export async function convertFile(
  terminal: Terminal,
  { source, target }: { readonly source: string; readonly target: string },
  { force = false, json = false }: Pick<CipherOptions, 'force' | 'json'>,
  convert: (settings: FileOptions) => Promise<void>,
): Promise<void> {
  let progress: Progress | undefined
  const report = (done: number, total: number): void => {
    progress ??= new Progress(terminal, { label: source, total, unit: 'bytes', json })
    progress.update(done)
  }
  try {
    await convert({ signal: terminal.signal, overwrite: force, progress: report })
  } finally {
    progress?.[Symbol.dispose]()
  }
  print(terminal, { json }, { file: target }, () => '')
}

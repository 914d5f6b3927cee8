import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { InputError } from './input-error.js'
import type { ReadBackMessage } from './read-back.js'
import type { WorkingFolder } from './working-folder.js'

/** Reads back what a scheme wrote, in a new process. Gives the milliseconds that it took. @throws InputError */
export async function runReadBack(folder: WorkingFolder, scheme: string, signal: AbortSignal): Promise<number> {
  const program = fileURLToPath(new URL('read-back.js', import.meta.url))
  const child = fork(program, [folder.path, scheme], { signal, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const messages: ReadBackMessage[] = []
  child.on('message', (message: ReadBackMessage) => messages.push(message))
  await once(child, 'exit')
  const [message = { failed: 'The process that reads back ended unexpectedly' }] = messages
  if ('failed' in message) throw new InputError(message.failed)
  return message.elapsed
}

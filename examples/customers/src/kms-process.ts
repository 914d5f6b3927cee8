import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { writeFileAtomic } from '@parasol/core/files'
import { InputError } from './input-error.js'
import type { KmsMessage } from './kms-server.js'
import type { WorkingFolder } from './working-folder.js'

/** The files in which the credentials of a run stand, for parasol.yaml to refer to. */
export const ACCESS_KEY_ID = 'kms-access-key-id'
export const ACCESS_KEY_SECRET = 'kms-access-key-secret'

/** A key management service in a process of its own, which ends with this one. */
export class KmsProcess implements AsyncDisposable {
  readonly endpoint: string
  /** Aborts when the server ends by itself; the reason is an InputError. */
  readonly ended: AbortSignal
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, endpoint: string, ended: AbortSignal) {
    this.#child = child
    this.endpoint = endpoint
    this.ended = ended
  }

  /** @throws InputError with what the server says: a store that is damaged, locked, or of another key file */
  static async start(folder: WorkingFolder): Promise<KmsProcess> {
    const program = fileURLToPath(new URL('kms-server.js', import.meta.url))
    const child = fork(program, [folder.kmsStore, folder.kmsKeyFile, folder.kmsLog], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const ended = new AbortController()
    child.once('exit', () => ended.abort(new InputError('The KMS server ended unexpectedly: run the demo again')))
    const message = await nextMessage(child, ended.signal)
    if (message.type !== 'ready') {
      throw new InputError(message.type === 'failed' ? message.message : 'The KMS server said something unexpected')
    }
    await writeFileAtomic(folder.secret(ACCESS_KEY_ID), message.accessKey.id)
    await writeFileAtomic(folder.secret(ACCESS_KEY_SECRET), message.accessKey.secret)
    return new KmsProcess(child, message.endpoint, ended.signal)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** How many requests the server has answered. */
  async calls(): Promise<number> {
    // With a callback, a channel that has just closed is not an event that nobody handles: the exit is about to follow.
    this.#child.send('calls', () => undefined)
    const message = await nextMessage(this.#child, this.ended)
    return message.type === 'calls' ? message.calls : 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.ended.aborted) return
    const exit = once(this.#child, 'exit')
    if (this.#child.connected) this.#child.disconnect()
    await exit
  }
}

async function nextMessage(child: ChildProcess, ended: AbortSignal): Promise<KmsMessage> {
  try {
    const [message] = await once(child, 'message', { signal: ended })
    return message as KmsMessage
  } catch (error) {
    throw ended.aborted ? ended.reason : error
  }
}

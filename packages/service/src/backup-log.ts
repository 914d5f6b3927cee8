import { hash } from 'node:crypto'
import { type EncryptionContext, encodeContext, type Token } from '@parasol/core'
import { ChainedLog, type ChainedLogOptions } from '@parasol/core/files'
import type { Call } from './call.js'
import type { KeptLog } from './kept-log.js'
import { timeNow } from './time-now.js'

/** What is kept of an encryption: all that it takes to restore what the caller lost, and nothing in plaintext. */
export interface BackupEntry {
  readonly time: string
  readonly requestId: string
  readonly caller: string
  readonly useCase: string
  /** SHA-256 of the encoded context, in base64url: it tells which context is needed, to who knows it. */
  readonly contextDigest: string
  /** The fields and the green key, as they were answered. */
  readonly record: Readonly<Record<string, Token>>
}

const NAME = 'backup'

/** Keeps every record that was encrypted, in case its owner fails to. */
export class BackupLog implements AsyncDisposable {
  readonly log: KeptLog

  constructor(log: KeptLog) {
    this.log = log
  }

  /** In files. */
  static async open(options: Omit<ChainedLogOptions, 'name'>): Promise<BackupLog> {
    return new BackupLog(await ChainedLog.open({ ...options, name: NAME }))
  }

  /** Resolves when the record, given as the JSON of the answer, is on disk. @throws CryptoError IO */
  append({ id, caller, useCase }: Call, context: EncryptionContext, answer: string): Promise<void> {
    const [from, of] = [JSON.stringify(caller.name), JSON.stringify(useCase)]
    const facts = `"time":"${timeNow()}","requestId":"${id}","caller":${from},"useCase":${of}`
    return this.log.append(`{${facts},"contextDigest":"${digestContext(context)}","record":${answer}}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.log[Symbol.asyncDispose]()
  }
}

/** What a backup names a context by. */
export function digestContext(context: EncryptionContext): string {
  return hash('sha256', encodeContext(context), 'base64url')
}

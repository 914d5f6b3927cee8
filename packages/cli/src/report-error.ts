import { CommanderError } from 'commander'
import { catalogue, languageOf } from './catalogue.js'
import { chineseErrorKinds, errorHints } from './error-texts.js'
import { exitCodes, INCOMPLETE } from './exit-codes.js'
import { Incomplete } from './incomplete.js'
import { Resumable } from './resumable-error.js'
import { styleOf } from './style.js'
import type { Terminal } from './terminal.js'
import { UsageError } from './usage-error.js'
import { explainUsage } from './usage-texts.js'

export interface Failure {
  readonly code: string
  readonly message: string
  readonly exitCode: number
}

/** Says what went wrong and what to do next, in one line: as JSON if the command was to print that. */
export function reportError(terminal: Terminal, { code, message, exitCode }: Failure, json: boolean): number {
  const { red } = styleOf(terminal.stderr, terminal.env)
  const text = json ? JSON.stringify({ error: { code, message } }) : `${red(texts(terminal).error)}${message}`
  terminal.stderr.write(`${text}\n`)
  return exitCode
}

/** What nobody foresaw may repeat values: only its kind is shown. */
export async function explainError(terminal: Terminal, error: unknown, command: string): Promise<Failure> {
  if (terminal.signal.aborted) {
    const message = error instanceof Resumable ? error.message : texts(terminal).interrupted
    return { code: 'ABORTED', message, exitCode: exitCodes.ABORTED }
  }
  if (error instanceof CommanderError) return usage(explainUsage(terminal, error, command))
  if (error instanceof UsageError) return usage(error.message)
  if (error instanceof Incomplete) return { code: error.code, message: oneLine(error.message), exitCode: INCOMPLETE }
  const { CryptoError } = await import('@parasol/core')
  if (CryptoError.is(error)) {
    const { code, reason } = error
    return { code, message: oneLine(phrase(terminal, error.message, code, reason), code), exitCode: exitCodes[code] }
  }
  const { name = 'Error', code } = Object(error) as { name?: string; code?: string }
  return { code: 'INTERNAL', message: texts(terminal).unexpected(code ?? name), exitCode: exitCodes.INTERNAL }
}

function usage(message: string): Failure {
  return { code: 'USAGE', message: oneLine(message), exitCode: exitCodes.INVALID_INPUT }
}

function phrase(terminal: Terminal, said: string, code: keyof typeof exitCodes, reason: string | undefined): string {
  const exists = reason === 'EEXIST'
  const message = exists ? said.replace(/: it is replaced only .*$/s, '') : said
  const hint = exists ? texts(terminal).exists : saysWhatToDo(reason) ? '' : errorHints(terminal)[code]
  if (languageOf(terminal.env) === 'zh') return `${chineseErrorKinds[code]}：${message}${hint && `。${hint}`}`
  return `${message}${hint && `. ${hint}`}`
}

/** OpenPGP has reasons of its own, with messages of their own: the hints speak of a KMS. */
function saysWhatToDo(reason: string | undefined): boolean {
  return reason?.startsWith('GPG_') ?? false
}

/** A file name can hold anything. Only the problems of a configuration are a line each. */
function oneLine(message: string, code?: string): string {
  return code === 'INVALID_CONFIG' ? message.replaceAll(/[^\P{C}\n]/gu, '?') : message.replaceAll(/\p{C}/gu, '?')
}

const texts = catalogue(
  {
    error: 'error: ',
    interrupted: 'Interrupted',
    exists: 'Name another one, or replace it by --force',
    unexpected: (kind: string) => `Something unexpected happened (${kind}): please report it`,
  },
  {
    error: '错误：',
    interrupted: '已中断',
    exists: '请另取一个名字，或用 --force 替换它',
    unexpected: (kind) => `发生了意外（${kind}）：请报告此问题`,
  },
)

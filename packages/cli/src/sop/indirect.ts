import { existsSync, readFileSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { writeFileAtomic } from '@parasol/core/files'
import type { Terminal } from '../terminal.js'
import { SopError } from './sop-error.js'

const SPECIAL = /^@(ENV|FD):(.*)$/s

/** Inputs and outputs as the draft names them: a file, `@ENV:NAME` for a variable, `@FD:3` for an open file. */
export class Indirect {
  readonly #terminal: Terminal

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  stdin(): Promise<Buffer> {
    return buffer(this.#terminal.stdin)
  }

  /** @throws SopError MISSING_INPUT, AMBIGUOUS_INPUT, UNSUPPORTED_SPECIAL_PREFIX */
  async read(name: string): Promise<Buffer> {
    const special = this.#special(name)
    if (!special) return readFile(name).catch(missing)
    if (special.kind === 'FD') return readDescriptor(special.name)
    const value = this.#terminal.env[special.name]
    if (value === undefined) throw new SopError('MISSING_INPUT', 'The environment has no such variable')
    return Buffer.from(value)
  }

  readAll(names: readonly string[]): Promise<Buffer[]> {
    return Promise.all(names.map((name) => this.read(name)))
  }

  /** A password that is to be used from now on: text, without spaces at its end. @throws SopError */
  async newPassword(name: string): Promise<string> {
    const text = (await this.#password(name)).trimEnd()
    if (text !== '') return text
    throw new SopError('PASSWORD_NOT_HUMAN_READABLE', 'The password is empty')
  }

  /** What a password may have been when it was first used: with the spaces at its end, and without. */
  async passwords(names: readonly string[]): Promise<string[]> {
    const given = await Promise.all(names.map((name) => this.#password(name)))
    return [...new Set(given.flatMap((text) => [text.trimEnd(), text]))].filter((text) => text !== '')
  }

  /** @throws SopError OUTPUT_EXISTS, UNSUPPORTED_SPECIAL_PREFIX */
  async write(name: string, content: Uint8Array | string): Promise<void> {
    const special = this.#special(name)
    if (!special) return writeFileAtomic(name, content, { overwrite: false })
    if (special.kind === 'ENV') throw new SopError('UNSUPPORTED_SPECIAL_PREFIX', 'Nothing is written to @ENV:')
    writeDescriptor(special.name, Buffer.from(content))
  }

  async #password(name: string): Promise<string> {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await this.read(name))
    } catch (error) {
      if (error instanceof SopError) throw error
      throw new SopError('PASSWORD_NOT_HUMAN_READABLE', 'The password is not text in UTF-8')
    }
  }

  #special(name: string): { readonly kind: string; readonly name: string } | undefined {
    if (!name.startsWith('@')) return undefined
    if (existsSync(name)) throw new SopError('AMBIGUOUS_INPUT', 'There is a file of that name: write ./ before it')
    const [, kind, rest] = SPECIAL.exec(name) ?? []
    if (kind !== undefined && rest !== undefined) return { kind, name: rest }
    throw new SopError('UNSUPPORTED_SPECIAL_PREFIX', 'After @ come ENV: or FD: only')
  }
}

function missing(): never {
  throw new SopError('MISSING_INPUT', 'A file to read is not there, or cannot be read')
}

function readDescriptor(digits: string): Buffer {
  try {
    return readFileSync(descriptor(digits))
  } catch {
    return missing()
  }
}

function writeDescriptor(digits: string, content: Buffer): void {
  const number = descriptor(digits)
  for (let offset = 0; offset < content.length; ) offset += writeSync(number, content, offset)
}

function descriptor(digits: string): number {
  if (/^\d{1,6}$/.test(digits)) return Number(digits)
  throw new SopError('MISSING_INPUT', 'After @FD: comes the number of an open file')
}

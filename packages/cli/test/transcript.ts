import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { program, type Workplace } from './workplace.js'

/**
 * A document whose `console` blocks are a session in a shell: what follows `$ ` is typed, what follows that is shown, and
 * `[exit 4]` says how it ended if not well. In what is shown, `…` is any text, and on a line of its own any lines.
 */
export interface Step {
  readonly command: string
  readonly shown: string
  readonly code: number
  /** Where it stands in the document. */
  readonly line: number
}

export function stepsOf(path: string): readonly Step[] {
  const steps: { command: string; shown: string[]; code: number; line: number }[] = []
  let inside = false
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    const [, code] = /^\[exit (\d+)\]$/.exec(line) ?? []
    const last = steps.at(-1)
    if (line.startsWith('```')) inside = line === '```console'
    else if (!inside) continue
    else if (line.startsWith('$ ')) steps.push({ command: line.slice(2), shown: [], code: 0, line: index + 1 })
    else if (last && line.startsWith('> ') && last.shown.length === 0) last.command += `\n${line.slice(2)}`
    else if (last && code !== undefined) last.code = Number(code)
    else last?.shown.push(line)
  }
  return steps.map((step) => ({ ...step, shown: step.shown.join('\n').trim() }))
}

/** A shell in which `parasol` is the real program. */
export class Shell {
  readonly #place: Workplace
  readonly #env: NodeJS.ProcessEnv

  constructor(place: Workplace, locale: string) {
    this.#place = place
    mkdirSync(join(place.folder, '.bin'))
    writeFileSync(this.#program, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
    chmodSync(this.#program, 0o755)
    const { PATH, HOME = '/' } = process.env
    this.#env = { PATH: `${place.folder}/.bin:${PATH}`, HOME, LC_ALL: locale }
  }

  get #program(): string {
    return join(this.#place.folder, '.bin', 'parasol')
  }

  async run({ command }: Step): Promise<{ readonly shown: string; readonly code: number | null }> {
    const child = spawn('bash', ['-c', `exec 2>&1\n${command}`], {
      cwd: this.#place.folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const code = new Promise<number | null>((resolve) => child.once('close', resolve))
    return { shown: (await text(child.stdout)).trim(), code: await code }
  }
}

export function patternOf(shown: string): RegExp {
  const lines = shown.split('\n').map((line) => {
    if (line.trim() === '…') return '[\\s\\S]*'
    return line.split('…').map(literally).join('[^\\n]*')
  })
  return new RegExp(`^${lines.join('\n')}$`)
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

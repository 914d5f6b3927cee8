import { catalogue } from './catalogue.js'
import type { Terminal } from './terminal.js'

/** For `addHelpText('after', …)`: command lines that work, and what else is worth knowing. */
export function examples(terminal: Terminal, lines: readonly string[], note?: string): string {
  const shown = lines.map((line) => `  $ ${line}\n`).join('')
  return `\n${texts(terminal).examples}\n${shown}${note === undefined ? '' : `\n${note}\n`}`
}

const texts = catalogue({ examples: 'Examples:' }, { examples: '示例：' })

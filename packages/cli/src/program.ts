import { createRequire } from 'node:module'
import { Command } from 'commander'
import { catalogue, languageOf } from './catalogue.js'
import { type CommandEntry, commands } from './commands.js'
import { hasColours, styleOf } from './style.js'
import type { Terminal } from './terminal.js'

/** The command line. Commands that the arguments do not name are there as a line of help only. */
export async function createProgram(terminal: Terminal, args: readonly string[]): Promise<Command> {
  const named = args.filter((arg) => !arg.startsWith('-')).slice(0, 2)
  return assemble(terminal, ({ name }) => named.includes(name))
}

/** The command line with every command in it: for shell completion and for tests. */
export async function createWholeProgram(terminal: Terminal): Promise<Command> {
  return assemble(terminal, () => true)
}

async function assemble(terminal: Terminal, isNeeded: (entry: CommandEntry) => boolean): Promise<Command> {
  const program = createFrame(terminal)
  const language = languageOf(terminal.env)
  for (const entry of commands) {
    const command = isNeeded(entry) ? (await entry.load())(terminal) : new Command(entry.name)
    adopt(program, command.summary(entry.summary[language]))
  }
  return program
}

function createFrame(terminal: Terminal): Command {
  const { stdout, stderr, env } = terminal
  const text = texts(terminal)
  return new Command('parasol')
    .description(text.description)
    .version(version(), '-V, --version', text.version)
    .helpOption('-h, --help', text.help)
    .helpCommand('help [command]', text.help)
    .addHelpText('after', text.more)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (help) => stdout.write(help),
      writeErr: (help) => stderr.write(help),
      // The one line that an error gets is written at the end.
      outputError: () => undefined,
      getOutHasColors: () => hasColours(stdout, env),
      getErrHasColors: () => hasColours(stderr, env),
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
    })
    .configureHelp({
      subcommandTerm: (command) => command.name(),
      styleTitle: (title) => styleOf(stdout, env).bold(titles(terminal)[title as keyof typeof TITLES] ?? title),
    })
}

function version(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string }
  return version
}

/** Settings come from above, at every level. */
function adopt(parent: Command, child: Command): void {
  child.copyInheritedSettings(parent)
  if (!parent.commands.includes(child)) parent.addCommand(child)
  requireLater(child)
  for (const grandchild of child.commands) adopt(child, grandchild)
}

/** Commander looks for options that are missing before it looks for misspelt ones, which are why they are missing. */
function requireLater(command: Command): void {
  const required = command.options.filter(({ mandatory }) => mandatory)
  for (const option of required) option.makeOptionMandatory(false)
  command.hook('preAction', () => {
    const missing = required.find((option) => command.getOptionValue(option.attributeName()) === undefined)
    if (!missing) return
    command.error(`'${missing.flags}'`, { code: 'commander.missingMandatoryOptionValue' })
  })
}

const TITLES = { 'Usage:': 'Usage:', 'Arguments:': 'Arguments:', 'Options:': 'Options:', 'Commands:': 'Commands:' }
const titles = catalogue(TITLES, {
  'Usage:': '用法：',
  'Arguments:': '参数：',
  'Options:': '选项：',
  'Commands:': '命令：',
})

const texts = catalogue(
  {
    description: 'Encrypts what parasol.yaml says, in the way that it says',
    help: 'explain it',
    version: 'say which version this is',
    more: '\nBegin with: parasol init. Each command explains itself, with examples: parasol encrypt --help\n',
  },
  {
    description: '按 parasol.yaml 的规定加密数据',
    help: '显示说明',
    version: '显示版本',
    more: '\n请从 parasol init 开始。每个命令都有说明和示例：parasol encrypt --help\n',
  },
)

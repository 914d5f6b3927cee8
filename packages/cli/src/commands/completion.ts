import { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { examples } from '../examples.js'
import { addJsonOption } from '../options.js'
import { type PrintOptions, print } from '../print.js'
import type { Terminal } from '../terminal.js'

const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

/** A script that lets a shell complete commands and options. */
export function completionCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('completion').description(text.description)
  command.addArgument(command.createArgument('<shell>', text.shell).choices(SHELLS))
  return addJsonOption(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((shell, options) => completion(terminal, shell, options))
}

async function completion(terminal: Terminal, shell: Shell, options: PrintOptions): Promise<void> {
  const { createWholeProgram } = await import('../program.js')
  const { nodesOf } = await import('../completion/command-tree.js')
  const script = (await scripts[shell]())(nodesOf(await createWholeProgram(terminal)))
  print(terminal, options, { shell, script }, () => script)
}

const scripts = {
  bash: async () => (await import('../completion/bash-script.js')).bashScript,
  zsh: async () => (await import('../completion/zsh-script.js')).zshScript,
  fish: async () => (await import('../completion/fish-script.js')).fishScript,
} satisfies Record<Shell, () => Promise<unknown>>

const EXAMPLES = [
  'source <(parasol completion bash)',
  'parasol completion zsh > ~/.zsh/completions/_parasol',
  'parasol completion fish > ~/.config/fish/completions/parasol.fish',
]

const texts = catalogue(
  { description: 'print a script that lets a shell complete commands and options', shell: 'bash, zsh or fish' },
  { description: '输出让 shell 补全命令和选项的脚本', shell: 'bash、zsh 或 fish（三种 shell 之一）' },
)

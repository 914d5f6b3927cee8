import { descents } from './bash-script.js'
import type { Node, OptionWord } from './command-tree.js'

/** For a file in fish's completions folder. */
export function fishScript(nodes: readonly Node[]): string {
  return `# fish completion of parasol: parasol completion fish > ~/.config/fish/completions/parasol.fish
function __parasol_where
  set -l where parasol
  for word in (commandline -opc)[2..]
    switch "$where $word"
${descents(nodes, (path) => `      case '${path}'\n        set where '${path}'\n`)}    end
  end
  echo $where
end
${nodes.map(lines).join('')}`
}

function lines({ path, commands, options }: Node): string {
  const here = `complete -c parasol -n 'test (__parasol_where) = "${path}"'`
  const words = commands.map(({ word, about }) => `${here} -f -a ${word} -d ${quoted(about)}\n`)
  return [...words, ...options.map((option) => `${here} ${flagsOf(option)} -d ${quoted(option.about)}\n`)].join('')
}

function flagsOf({ flags, takesValue, choices }: OptionWord): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
  const value = choices.length > 0 ? [`-x -a '${choices.join(' ')}'`] : takesValue ? ['-r -F'] : []
  return [...names, ...value].join(' ')
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

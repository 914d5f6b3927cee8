import { descents } from './bash-script.js'
import type { Node } from './command-tree.js'

/** For `source`, or a file `_parasol` in a folder of `fpath`. */
export function zshScript(nodes: readonly Node[]): string {
  return `#compdef parasol
# zsh completion of parasol: source <(parasol completion zsh)
_parasol() {
  local where=parasol word
  local -a choices
  for word in "\${words[@]:1:$((CURRENT-2))}"; do
    case "$where $word" in
${descents(nodes, (path) => `      '${path}') where='${path}' ;;\n`)}    esac
  done
  case "$where \${words[CURRENT-1]}" in
${valueCases(nodes)}  esac
  case "$where" in
${nodes.map((node) => `    '${node.path}') choices=(${described(node)}) ;;\n`).join('')}  esac
  _describe parasol choices || _files
}
compdef _parasol parasol
`
}

function valueCases(nodes: readonly Node[]): string {
  const lines = nodes.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ flags, choices }) => {
        const pattern = flags.map((flag) => `'${path} ${flag}'`).join('|')
        const action = choices.length > 0 ? `compadd -- ${choices.join(' ')}` : '_files'
        return `    ${pattern}) ${action}; return ;;\n`
      }),
  )
  return lines.join('')
}

function described({ commands, options }: Node): string {
  const words = commands.map(({ word, about }) => entry(word, about))
  return [...words, ...options.map(({ flags, about }) => entry(flags[0] ?? '', about))].join(' ')
}

function entry(word: string, about: string): string {
  return `'${`${word}:${about}`.replaceAll("'", "'\\''")}'`
}

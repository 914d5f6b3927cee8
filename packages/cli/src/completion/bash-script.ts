import type { Node } from './command-tree.js'

/** For `source`, or a file in bash-completion's folder. */
export function bashScript(nodes: readonly Node[]): string {
  return `# bash completion of parasol: source <(parasol completion bash)
_parasol() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" where=parasol words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$where $word" in
${descents(nodes, (path) => `      '${path}') where='${path}' ;;\n`)}    esac
  done
  case "$where $before" in
${valueCases(nodes)}  esac
  if [ -z "$words" ]; then
    case "$where" in
${nodes.map(({ path, commands, options }) => `      '${path}') words='${[...commands.map(({ word }) => word), ...options.flatMap(({ flags }) => flags)].join(' ')}' ;;\n`).join('')}    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _parasol parasol
`
}

/** What leads from one command to the next. */
export function descents(nodes: readonly Node[], line: (path: string) => string): string {
  return nodes
    .filter(({ path }) => path.includes(' '))
    .map(({ path }) => line(path))
    .join('')
}

/** After an option that takes a value: its choices, else nothing, which bash completes as a file. */
function valueCases(nodes: readonly Node[]): string {
  const lines = nodes.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ flags, choices }) => {
        const pattern = flags.map((flag) => `'${path} ${flag}'`).join('|')
        const action = choices.length > 0 ? `words='${choices.join(' ')}'` : 'COMPREPLY=(); return'
        return `    ${pattern}) ${action} ;;\n`
      }),
  )
  return lines.join('')
}

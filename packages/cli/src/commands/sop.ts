import { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { examples } from '../examples.js'
import type { Terminal } from '../terminal.js'

/** The place of `parasol sop` in the help: what follows the name is for `runSop`. */
export function sopCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  return new Command('sop')
    .description(text.description)
    .argument('<subcommand>', text.subcommand)
    .argument('[arguments...]', text.args)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
}

const EXAMPLES = [
  "parasol sop generate-key 'Wang <wang@example.com>' > wang.key",
  'parasol sop extract-cert < wang.key > wang.cert',
  'parasol sop encrypt --sign-with=li.key wang.cert < report.pdf > report.pdf.asc',
  'parasol sop decrypt --verify-with=li.cert --verifications-out=signed wang.key < report.pdf.asc > report.pdf',
  'parasol sop help',
]

const texts = catalogue(
  {
    description: 'speak the Stateless OpenPGP command line: keys and data come as files and pipes, and nothing is kept',
    subcommand: 'as in draft-dkg-openpgp-stateless-cli; parasol sop help lists them',
    args: 'options, and names of files, @ENV:NAME or @FD:NUMBER',
    after: 'The program parasol-sop is the same. It ends with the exit codes of the draft, not with those of parasol.',
  },
  {
    description: '使用无状态 OpenPGP 命令行：密钥和数据来自文件和管道，什么都不保存',
    subcommand: '见 draft-dkg-openpgp-stateless-cli；parasol sop help 列出全部子命令',
    args: '选项，以及文件名、@ENV:名称 或 @FD:编号',
    after: '程序 parasol-sop 与此相同。退出码遵循该草案，而不是 parasol 的。',
  },
)

import { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { examples } from '../examples.js'
import { Incomplete } from '../incomplete.js'
import { addConfigOption, addJsonOption } from '../options.js'
import { print, printable } from '../print.js'
import { styleOf } from '../style.js'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'

interface DoctorCommandOptions {
  readonly config?: string
  readonly sample: number
  readonly json?: boolean
}

/** What keeps data from being encrypted or read, and what lies around in clear. */
export function doctorCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('doctor').description(text.description).argument('[files...]', text.files)
  addConfigOption(command, terminal).option(
    '--sample <lines>',
    text.sample,
    lineCount(terminal),
    Number.POSITIVE_INFINITY,
  )
  return addJsonOption(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.note))
    .action((files, options) => doctor(terminal, files, options))
}

async function doctor(terminal: Terminal, files: readonly string[], options: DoctorCommandOptions): Promise<void> {
  const { runDoctor } = await import('../doctor/run-doctor.js')
  const { checkLabels, doctorTexts } = await import('../doctor/doctor-texts.js')
  const { checks, places } = await runDoctor(terminal, { ...options, files })
  const texts = doctorTexts(terminal)
  const style = styleOf(terminal.stdout, terminal.env)
  const labelOf = (check: string): string => checkLabels(terminal)[check as 'node'] ?? check
  const colours = { ok: style.green, warning: style.yellow, failed: style.red }
  print(terminal, options, { checks, places }, () =>
    [
      ...checks.map(({ check, state, about, message }) => {
        const subject = about === undefined ? labelOf(check) : `${labelOf(check)} ${about}`
        return `${colours[state](texts[state].padEnd(8))} ${printable(`${subject}: ${message}`)}\n`
      }),
      ...places.map(
        ({ file, line, column, kind }) => `${printable(`${file}: ${texts.place(line, column)}: ${texts[kind]}`)}\n`,
      ),
    ].join(''),
  )
  const failed = checks.filter(({ state }) => state === 'failed').length
  if (failed > 0) throw new Incomplete('CHECKS_FAILED', texts.checksFailed(failed, checks.length))
}

function lineCount(terminal: Terminal) {
  return (value: string): number => {
    if (/^[1-9]\d{0,11}$/.test(value)) return Number(value)
    throw new UsageError(texts(terminal).badSample)
  }
}

const EXAMPLES = [
  'parasol doctor',
  'parasol doctor export.csv app.log',
  'parasol doctor --json --sample 10000 export.csv',
]

const texts = catalogue(
  {
    description:
      'check configuration, permissions, clock, KMS, keys and stores; scan files for what should be encrypted and is not',
    files: 'text files to scan, CSV and JSON among them',
    sample: 'how many lines of each file to scan (default: all)',
    note: `A scan finds Chinese mobile numbers, ID cards by their check digit, bank cards by Luhn's, and passwords by the name of their
field. It reports places and never values. If a check fails, or a scan finds something, the program ends with 8.`,
    badSample: 'Expected a number of lines for --sample',
  },
  {
    description: '检查配置、权限、时钟、KMS、密钥和存储；扫描文件中应加密而未加密的内容',
    files: '要扫描的文本文件，包括 CSV 和 JSON',
    sample: '每个文件扫描多少行（默认：全部）',
    note: `扫描可发现手机号、身份证号（按校验位）、银行卡号（按 Luhn 校验）和密码（按字段名）。只报告位置，绝不显示值。
有检查未通过或扫描有发现时，程序以 8 结束。`,
    badSample: '--sample 应为行数',
  },
)

import { catalogue } from '../catalogue.js'

export const recordsTexts = catalogue(
  {
    noHeader: 'Expected CSV whose first line names the columns, each once',
    columnTwice: (first: number, second: number) =>
      `Columns ${first} and ${second} have the same name: is line 1 the header?`,
    notArray: 'Expected one JSON array of objects: [{…}, {…}]. For an object a line: --format ndjson',
    tooLong: (row: number) => `Row ${row} is longer than 16 MiB: is a closing quote missing?`,
    noColumn: (name: string, similar: string | undefined, count: number) =>
      similar === undefined
        ? `There is no column "${name}" among the ${count} that line 1 names: is that the header?`
        : `There is no column "${name}". Did you mean "${similar}"?`,
    noInput: 'Expected the name of a file, or rows from a pipe',
    binary: 'The input is not text: expected CSV, NDJSON or JSON in UTF-8',
    skipInPlace: '--on-error skip would take rows out of the file itself: name another by --out',
    jsonNeedsOut: '--json needs --out: the standard output has the rows',
    boundField: (name: string) => `Column "${name}" cannot be encrypted and bound: the context is not encrypted`,
    hasKeyColumn: 'There is a column "kms_encrypt_key" already, so it is encrypted: parasol reencrypt changes the key',
    neverSeen: (name: string) => `No row has a value in "${name}", so there is nothing to encrypt: is the name right?`,
    nothingEncrypted: 'No row holds a token, so there is nothing to decrypt: is it the right file?',
    done: (rows: number, resumedAt: number | undefined) =>
      resumedAt === undefined ? `${rows} rows` : `${rows} rows, of which ${resumedAt} by the run that was stopped`,
    rowsFailed: (failed: number, rows: number, report: string | undefined) =>
      `${failed} of ${rows} rows failed and are not in the result: ${report === undefined ? 'run it again with --report to see which' : `see ${report}`}`,
    place: (row: number, line: number | undefined) => (line === undefined ? `Row ${row}` : `Row ${row} (line ${line})`),
    interrupted: 'Interrupted. The same command goes on where it was',
    stopped: (place: string, why: string) => `${place}: ${why}. To go on without such rows: --on-error skip`,
    badQuote: 'a quote where none can be: put the cell in quotes, and double the quotes in it',
    cellCount: 'it has more or fewer cells than the header',
    notUtf8: 'it is not UTF-8 text: save the file as UTF-8',
    notJson: 'it is not JSON',
    notObject: 'it is not a JSON object',
    keyTwice: 'a name stands in it twice',
    noContext: 'a column that it is to be bound to is empty',
    alreadyEncrypted: 'it is encrypted already',
    notText: 'a column that it is to be bound to is an object',
    noKey: 'it has tokens and no wrapped key: parasol reencrypt makes new ones',
  },
  {
    noHeader: '应为首行写明列名的 CSV，每个列名只出现一次',
    columnTwice: (first, second) => `第 ${first} 列与第 ${second} 列同名：第 1 行是表头吗？`,
    notArray: '应为一个由对象组成的 JSON 数组：[{…}, {…}]。每行一个对象请用 --format ndjson',
    tooLong: (row) => `第 ${row} 行数据超过 16 MiB：是否缺少右引号？`,
    noColumn: (name, similar, count) =>
      similar === undefined
        ? `第 1 行的 ${count} 个列名中没有 "${name}"：第 1 行是表头吗？`
        : `没有列 "${name}"。是不是 "${similar}"？`,
    noInput: '缺少输入：请给出文件名，或从管道输入',
    binary: '输入不是文字：应为 UTF-8 的 CSV、NDJSON 或 JSON',
    skipInPlace: '--on-error skip 会从文件中删去行：请用 --out 另写一个文件',
    jsonNeedsOut: '--json 要与 --out 同用：标准输出用于数据行',
    boundField: (name) => `列 "${name}" 不能既加密又绑定：上下文不加密`,
    hasKeyColumn: '已有列 "kms_encrypt_key"，说明已加密：更换密钥请用 parasol reencrypt',
    neverSeen: (name) => `没有一行的 "${name}" 有值，无可加密：名称对吗？`,
    nothingEncrypted: '没有一行含有令牌，无可解密：文件对吗？',
    done: (rows, resumedAt) =>
      resumedAt === undefined ? `${rows} 行` : `${rows} 行，其中 ${resumedAt} 行由中断的任务完成`,
    rowsFailed: (failed, rows, report) =>
      `${rows} 行中有 ${failed} 行失败，不在结果中：${report === undefined ? '再次执行并加 --report 可知是哪些' : `见 ${report}`}`,
    place: (row, line) => (line === undefined ? `第 ${row} 条` : `第 ${row} 条（第 ${line} 行）`),
    interrupted: '已中断。再次执行同样的命令即可从中断处继续',
    stopped: (place, why) => `${place}：${why}。要跳过这样的行：--on-error skip`,
    badQuote: '引号位置不对：请给单元格加引号，其中的引号写两遍',
    cellCount: '单元格数与表头不同',
    notUtf8: '不是 UTF-8 文字：请把文件存为 UTF-8',
    notJson: '不是 JSON',
    notObject: '不是 JSON 对象',
    keyTwice: '同一个名称出现了两次',
    noContext: '要绑定的列为空',
    alreadyEncrypted: '已经加密过',
    notText: '要绑定的列是一个对象',
    noKey: '有令牌而没有绿钥：请用 parasol reencrypt 重新加密',
  },
)

/** `12,345` */
export function number(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** `1 row`, `12,345 rows` */
export function rowCount(rows: number): string {
  return `${number(rows)} ${rows === 1 ? 'row' : 'rows'}`
}

/** `2.1 s`, `3 min 20 s` */
export function seconds(milliseconds: number): string {
  if (milliseconds < 120_000) return `${(milliseconds / 1000).toFixed(1)} s`
  return `${Math.floor(milliseconds / 60_000)} min ${Math.floor((milliseconds % 60_000) / 1000)} s`
}

/** Columns as wide as their widest cell, with a line under the header. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const [header = '', ...body] = lines
  return [header, widths.map((width) => '-'.repeat(width)).join('  '), ...body].map((line) => `  ${line}`).join('\n')
}

import type { Terminal } from './terminal.js'

type Text = string | ((...values: never[]) => string)
type Translation<Texts> = { readonly [Key in keyof Texts]: Texts[Key] extends string ? string : Texts[Key] }

/**
 * The texts of a command in English and in Chinese, chosen by the locale. A text that one of them lacks does not compile.
 *
 *     const texts = catalogue({ done: (rows: number) => `${rows} rows` }, { done: (rows) => `${rows} 行` })
 *     texts(terminal).done(7)
 */
export function catalogue<Texts extends Readonly<Record<string, Text>>>(
  english: Texts,
  chinese: Translation<NoInfer<Texts>>,
): (terminal: Pick<Terminal, 'env'>) => Translation<Texts> {
  return ({ env }) => (languageOf(env) === 'zh' ? chinese : (english as Translation<Texts>))
}

/** The first of the variables that is set decides, as POSIX says. */
export function languageOf(env: Terminal['env']): 'en' | 'zh' {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || ''
  return /^zh\b|^zh_/i.test(locale) ? 'zh' : 'en'
}

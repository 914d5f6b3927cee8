/** What should be encrypted and is not. */
export type PlaintextKind = 'mobile' | 'idCard' | 'bankCard' | 'password'

export interface Found {
  readonly kind: PlaintextKind
  /** In the line, from 0. */
  readonly at: number
}

/** Values in a line of text that are personal or secret by their look; those in a token are not seen. */
export function findPlaintext(line: string): readonly Found[] {
  const found: Found[] = []
  for (const { 0: digits, index } of line.matchAll(NUMBER)) {
    const kind = kindOf(digits)
    if (kind) found.push({ kind, at: index })
  }
  for (const { index } of line.matchAll(PASSWORD)) found.push({ kind: 'password', at: index })
  return found
}

/** Whether a column is named as one that holds passwords. */
export function isPasswordName(name: string): boolean {
  return /^(?:\w*[_-])?(?:pass(?:word|wd|phrase)?|pwd|密码|口令)$/i.test(name)
}

/** A run of digits that is no part of a longer word, such as base64. */
const NUMBER = /(?<![\w.+-])(?:\+?86[- ]?)?\d{11,19}[Xx]?(?![\w-])/g
/** A member or a setting of such a name, with a value that is neither empty, nor a reference, nor a hash. */
const PASSWORD =
  /(?<![\w-])["']?(?:\w*[_-])?(?:pass(?:word|wd|phrase)|pwd|密码|口令)["']?\s*[:=](?!\s*(?:["']?(?:enc1\.|[$*{]|(?:null|true|false)\b)|["']{0,2}\s*(?:[,}]|$)))/gi

function kindOf(text: string): PlaintextKind | undefined {
  const digits = text.replace(/^\+?86[- ]?(?=1[3-9]\d{9}$)/, '')
  if (/^1[3-9]\d{9}$/.test(digits)) return 'mobile'
  if (/^\d{17}[\dXx]$/.test(digits) && isIdCard(digits)) return 'idCard'
  if (/^(?:62|4|5[1-5]|2[2-7]|3[5-7]|6011|65)\d+$/.test(digits) && digits.length >= 15 && passesLuhn(digits))
    return 'bankCard'
  return undefined
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** GB 11643: region, date of birth, order, and a check digit of ISO 7064 MOD 11-2. */
function isIdCard(text: string): boolean {
  const [, month = '', day = ''] = /^\d{6}(?:18|19|20)\d{2}(\d{2})(\d{2})/.exec(text) ?? []
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return false
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(text[index]), 0)
  return '10X98765432'[sum % 11] === text[17]?.toUpperCase()
}

/** ISO/IEC 7812-1, annex B. */
function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}

/** Where a member of a JSON object stands: the first and the end of its name and of its value. */
export interface Member {
  readonly name: string
  readonly nameAt: number
  readonly valueAt: number
  readonly end: number
}

/** The end of the value that begins at an offset; -1 if the text ends before it, or it is none. It is not validated. */
export function endOfValue(text: string, at: number): number {
  const first = text.charCodeAt(at)
  if (first === QUOTE) return endOfString(text, at)
  if (first !== BRACE && first !== BRACKET) return endOfWord(text, at)
  let depth = 0
  for (let position = at; position < text.length; position++) {
    const code = text.charCodeAt(position)
    if (code === QUOTE) {
      position = endOfString(text, position) - 1
      if (position < 0) return -1
    } else if (code === BRACE || code === BRACKET) depth++
    else if ((code === CLOSING_BRACE || code === CLOSING_BRACKET) && --depth === 0) return position + 1
  }
  return -1
}

/** The members of an object that JSON.parse has taken. */
export function membersOf(text: string): Member[] {
  const members: Member[] = []
  let position = skipBlank(text, skipBlank(text, 0) + 1)
  while (text.charCodeAt(position) === QUOTE) {
    const nameAt = position
    const nameEnd = endOfString(text, nameAt)
    const valueAt = skipBlank(text, skipBlank(text, nameEnd) + 1)
    const end = endOfValue(text, valueAt)
    members.push({ name: text.slice(nameAt, nameEnd), nameAt, valueAt, end })
    position = skipBlank(text, end)
    if (text.charCodeAt(position) === COMMA) position = skipBlank(text, position + 1)
  }
  return members
}

export function skipBlank(text: string, at: number): number {
  let position = at
  while (position < text.length && isBlank(text.charCodeAt(position))) position++
  return position
}

const [QUOTE, BACKSLASH, COMMA, BRACE, CLOSING_BRACE, BRACKET, CLOSING_BRACKET] = [34, 92, 44, 123, 125, 91, 93]

function isBlank(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9
}

function endOfString(text: string, at: number): number {
  for (let position = text.indexOf('"', at + 1); position !== -1; position = text.indexOf('"', position + 1)) {
    let escapes = 0
    while (text.charCodeAt(position - 1 - escapes) === BACKSLASH) escapes++
    if (escapes % 2 === 0) return position + 1
  }
  return -1
}

/** A number or a name ends where something else begins, which must be seen. */
function endOfWord(text: string, at: number): number {
  for (let position = at; position < text.length; position++) {
    const code = text.charCodeAt(position)
    if (code === COMMA || code === CLOSING_BRACE || code === CLOSING_BRACKET || isBlank(code)) return position
  }
  return -1
}

import type { CryptoError } from '@parasol/core'
import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  parseDocument,
  visit,
} from 'yaml'
import { configError, type Finding, type Path, type Problem } from './config-error.js'

/** A file's content as plain values, with the position of each key. */
export class YamlDocument {
  readonly name: string
  readonly value: unknown
  readonly #document: Document.Parsed
  readonly #lines: LineCounter

  /** @throws CryptoError INVALID_CONFIG that lists everything that is not plain YAML 1.2 with a line and column */
  constructor(name: string, text: string) {
    this.name = name
    this.#lines = new LineCounter()
    if (isExhausting(text))
      throw configError(name, [{ line: 1, column: 1, path: [], message: problemOf.RESOURCE_EXHAUSTION }])
    this.#document = parseDocument(text, { ...options, lineCounter: this.#lines })
    const problems = [...this.#syntaxProblems(), ...this.#refusedNodes()]
    if (problems.length > 0) throw configError(name, problems)
    this.value = this.#document.toJS({ maxAliasCount: 0 })
  }

  /** One error for findings at paths of this document. */
  error(findings: readonly Finding[]): CryptoError {
    return configError(
      this.name,
      findings.map((finding) => ({ ...finding, ...this.#position(finding.path) })),
    )
  }

  /** Where the key is, or the nearest that exists above it. */
  #position(path: Path): Pick<Problem, 'line' | 'column'> {
    let node: unknown = this.#document.contents
    let offset = offsetOf(node) ?? 0
    for (const step of path) {
      const { at, value } = child(node, step)
      offset = offsetOf(at) ?? offset
      node = value
    }
    return this.#at(offset)
  }

  #at(offset: number): Pick<Problem, 'line' | 'column'> {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }

  /** One problem a line: what follows the first is mostly its echo. */
  #syntaxProblems(): Problem[] {
    const { errors, warnings } = this.#document
    const problems = [...errors, ...warnings].map(({ code, pos }) => ({
      ...this.#at(pos[0]),
      path: [],
      message: problemOf[code],
    }))
    return [...new Map(problems.toReversed().map((problem) => [problem.line, problem])).values()]
  }

  #refusedNodes(): Problem[] {
    const problems: Problem[] = []
    const refuse = (node: unknown, message: string) =>
      void problems.push({ ...this.#at(offsetOf(node) ?? 0), path: [], message })
    visit(this.#document, {
      Alias: (_, alias) => refuse(alias, 'an alias (*name) is not supported: write the value out'),
      Pair: (_, { key }) =>
        keyText(key) === '__proto__' ? refuse(key, 'a key cannot be named "__proto__"') : undefined,
    })
    return problems
  }
}

const options = {
  version: '1.2',
  schema: 'core',
  stringKeys: true,
  resolveKnownTags: false,
  // The library's own messages quote the file, and what stands there may be a secret.
  prettyErrors: false,
  logLevel: 'error',
} as const

// The parser takes memory by depth and time by the square of the keys of one mapping.
const MAX_TOKENS = 100_000
/** The parser calls itself for each level. Node ends the process, and throws nothing, if the stack ends in the wrong place. */
const MAX_DEPTH = 200

function isExhausting(text: string): boolean {
  const parser = new Parser()
  let tokens = 0
  for (const source of new Lexer().lex(text)) {
    for (const _ of parser.next(source)) if (parser.stack.length > MAX_DEPTH) return true
    if (++tokens > MAX_TOKENS || parser.stack.length > MAX_DEPTH) return true
  }
  return false
}

const unfinished = 'malformed YAML: something is missing before here, such as a closing quote, "]", "}" or ":"'
const indented = 'malformed YAML: the indentation does not fit what is above'
const misplaced = 'malformed YAML: this cannot stand here'
const property = 'malformed YAML: an anchor or a tag cannot stand here'

const problemOf: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: property,
  BAD_ALIAS: 'an alias (*name) is not supported: write the value out',
  BAD_COLLECTION_TYPE: 'a tag that does not fit its value',
  BAD_DIRECTIVE: 'a % directive that is not understood',
  BAD_DQ_ESCAPE: 'malformed YAML: an unknown escape sequence in double quotes',
  BAD_INDENT: indented,
  BAD_PROP_ORDER: property,
  BAD_SCALAR_START: 'malformed YAML: a value that begins with this character must be in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'malformed YAML: a second ": " in one line: put the value in quotes',
  BLOCK_IN_FLOW: 'malformed YAML: only "{ }" and "[ ]" can stand within "{ }" and "[ ]"',
  DUPLICATE_KEY: 'a key that this mapping already has: remove one of the two',
  IMPOSSIBLE: misplaced,
  KEY_OVER_1024_CHARS: 'a key of more than 1,024 characters',
  MISSING_CHAR: unfinished,
  MULTILINE_IMPLICIT_KEY: 'malformed YAML: a line without ": "',
  MULTIPLE_ANCHORS: property,
  MULTIPLE_DOCS: 'a second document: one file holds one configuration',
  MULTIPLE_TAGS: property,
  NON_STRING_KEY: 'a key that is not text',
  RESOURCE_EXHAUSTION: 'too long or too deeply nested for a configuration',
  TAB_AS_INDENT: 'a tab cannot indent in YAML: use spaces',
  TAG_RESOLVE_FAILED: 'a tag (!name) that is not understood, or that does not fit its value: remove it',
  UNEXPECTED_TOKEN: misplaced,
}

/** The value at a key or index, and the node that says where it is. */
function child(node: unknown, step: string | number): { at?: unknown; value?: unknown } {
  if (isSeq(node) && typeof step === 'number') return { at: node.items[step], value: node.items[step] }
  if (!isMap(node)) return {}
  const pair = node.items.find(({ key }) => keyText(key) === String(step))
  return pair ? { at: pair.key, value: pair.value } : {}
}

function keyText(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value) : undefined
}

function offsetOf(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range?.[0] : undefined
}

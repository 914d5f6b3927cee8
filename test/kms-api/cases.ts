import type { Fields } from './clients.js'
import { cryptoCases } from './crypto-cases.js'
import { keyCases } from './key-cases.js'
import { refusalCases } from './refusal-cases.js'
import { stateCases } from './state-cases.js'
import type { KeyState, ServerName, World } from './world.js'

/** One request of which it is known what comes back. */
export interface Case {
  readonly action: string
  /** In words, beside the operation's name. */
  readonly what: string
  given(world: World): Promise<Fields> | Fields
  readonly as?: string
  readonly server?: ServerName
  /** Of the key that it is about. */
  readonly state?: KeyState
  /** The refusal; the operation is done if there is none. */
  readonly refused?: readonly [status: number, code: string]
  /** What the answer must be, in part. */
  readonly answer?: object
}

export const cases: readonly Case[] = [...cryptoCases, ...keyCases, ...stateCases, ...refusalCases]

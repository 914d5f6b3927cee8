import { expect } from 'vitest'
import type { Case } from './cases.js'
import type { Fields } from './clients.js'
import type { KeyState, World } from './world.js'

type Outcome = 'done' | readonly [status: number, code: string]

const failed = [409, 'Rejected.StateModifiedFailed'] as const
const rejected = (state: KeyState) => [409, `Rejected.${state}`] as const
const states: readonly KeyState[] = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport']
const onlyEnabled: readonly Outcome[] = ['done', ...states.slice(1).map(rejected)]
const notPending: readonly Outcome[] = ['done', 'done', rejected('PendingDeletion'), 'done']
const always: readonly Outcome[] = ['done', 'done', 'done', 'done']
let aliases = 0

interface Row {
  readonly action: string
  /** In the order of `states`; one that is left out cannot be. */
  readonly outcomes: readonly (Outcome | undefined)[]
  given?(world: World, state: KeyState): Promise<Fields>
  readonly fields?: Fields
}

/** What each operation does to a key in each state: the cloud's table. */
const rows: readonly Row[] = [
  { action: 'Encrypt', outcomes: onlyEnabled, fields: { Plaintext: 'x' } },
  {
    action: 'Decrypt',
    outcomes: onlyEnabled,
    given: async (world, state) => ({ CiphertextBlob: await world.ciphertextIn(state) }),
  },
  { action: 'GenerateDataKey', outcomes: onlyEnabled },
  { action: 'GenerateDataKeyWithoutPlaintext', outcomes: onlyEnabled },
  {
    action: 'UpdateRotationPolicy',
    outcomes: onlyEnabled,
    fields: { EnableAutomaticRotation: 'true', RotationInterval: '7d' },
  },
  { action: 'DescribeKey', outcomes: always },
  { action: 'UpdateKeyDescription', outcomes: notPending, fields: { Description: '新' } },
  { action: 'TagResource', outcomes: notPending, fields: { Tags: '[{"TagKey":"a","TagValue":"b"}]' } },
  { action: 'EnableKey', outcomes: ['done', 'done', failed, failed] },
  { action: 'DisableKey', outcomes: ['done', 'done', failed, failed] },
  { action: 'ScheduleKeyDeletion', outcomes: ['done', 'done', failed, 'done'], fields: { PendingWindowInDays: '7' } },
  { action: 'CancelKeyDeletion', outcomes: [failed, failed, 'done', failed] },
  {
    action: 'CreateAlias',
    outcomes: ['done', 'done', failed, 'done'],
    given: async (world, state) => ({ KeyId: await world.keyIn(state), AliasName: `alias/state-${aliases++}` }),
  },
  {
    action: 'DeleteAlias',
    outcomes: ['done', 'done', 'done', 'done'],
    given: async (world, state) => {
      const AliasName = `alias/state-${aliases++}`
      const { KeyId } = await world.key(state === 'PendingImport' ? { external: {} } : {})
      await world.service.createAlias(AliasName, KeyId)
      if (state === 'Disabled') await world.service.disableKey(KeyId)
      if (state === 'PendingDeletion') await world.service.scheduleKeyDeletion(KeyId, 7)
      return { AliasName }
    },
  },
  {
    action: 'UpdateAlias',
    outcomes: ['done', 'done', rejected('PendingDeletion'), 'done'],
    given: async (world, state) => {
      const AliasName = `alias/state-${aliases++}`
      await world.service.createAlias(AliasName, (await world.key()).KeyId)
      return { AliasName, KeyId: await world.keyIn(state) }
    },
  },
  {
    action: 'ImportKeyMaterial',
    outcomes: [undefined, undefined, failed, 'done'],
    given: (world, state) => world.imported(state === 'PendingDeletion' ? state : 'PendingImport'),
  },
  {
    action: 'DeleteKeyMaterial',
    outcomes: [undefined, undefined, undefined, 'done'],
    given: async (world) => ({ KeyId: await world.keyIn('PendingImport') }),
  },
]

export const stateCases: readonly Case[] = rows.flatMap(({ action, outcomes, given, fields = {} }) =>
  outcomes.flatMap((outcome, index): Case[] => {
    const state = states[index] as KeyState
    if (outcome === undefined) return []
    return [
      {
        action,
        what: `for a key that is ${state}`,
        state,
        given: (world) => given?.(world, state) ?? withKey(world, state, fields),
        ...(outcome === 'done' ? {} : { refused: outcome }),
        ...(action === 'DescribeKey' ? { answer: { KeyMetadata: expect.objectContaining({ KeyState: state }) } } : {}),
      },
    ]
  }),
)

async function withKey(world: World, state: KeyState, fields: Fields): Promise<Fields> {
  return { KeyId: await world.keyIn(state), ...fields }
}

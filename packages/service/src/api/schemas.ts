import * as z from 'zod'

/** The shapes of what the service takes and answers: what it validates batches with, and what its description says. */

const strings = z.record(z.string(), z.string())

export const fieldsSchema = strings.describe(
  'A record: values by the names of their fields, in text. Its scheme limits their length',
)

export const contextSchema = strings.describe(
  'The encryption context: facts that are not secret and must be the same to decrypt, such as table, row, customer',
)

export const encryptedSchema = strings.describe(
  'A record whose values are ciphertexts, and kms_encrypt_key, the green key that they need to be read',
)

export const greenKeySchema = z
  .strictObject({ kms_encrypt_key: z.string() })
  .describe('A green key. The fields beside it stay as they are')

export const itemSchema = z
  .strictObject({ fields: strings, context: strings.optional() })
  .describe('One record of many, with a context of its own in place of the header')

const failure = z.strictObject({ code: z.string(), message: z.string() })

export const outcomeSchema = z
  .union([z.strictObject({ record: strings }), z.strictObject({ error: failure })])
  .describe('What became of one record of many: it may fail where others do not')

export const endSchema = z
  .strictObject({
    end: z.strictObject({ status: z.int(), code: z.string(), message: z.string(), requestId: z.string() }),
  })
  .describe('The last line of a stream: OK, or why it ended before its input did. A stream without it was cut off')

export const refusalSchema = z
  .strictObject({
    code: z.string().describe('For programs'),
    message: z.string().describe('For people. It holds no value'),
    requestId: z.string().describe('What the logs of the service call the request'),
  })
  .describe('A refusal')

export const healthSchema = z.strictObject({ status: z.literal('ok') }).describe('The process lives')

export const readinessSchema = z
  .union([
    z.strictObject({
      status: z.enum(['ok', 'not ready']),
      checks: z.strictObject({ kms: z.string(), log: z.string(), disk: z.string() }),
    }),
    z.strictObject({ status: z.literal('stopping') }),
  ])
  .describe('Whether it can work; "ok", or a code, for each thing that it needs')

/** By their names in the description. */
export const schemas = {
  Fields: fieldsSchema,
  Context: contextSchema,
  EncryptedRecord: encryptedSchema,
  GreenKey: greenKeySchema,
  Item: itemSchema,
  Items: z.array(itemSchema).min(1).describe('Many records'),
  Outcome: outcomeSchema,
  Outcomes: z.array(outcomeSchema).describe('What became of each record, in the order of the request'),
  Line: z.union([outcomeSchema, endSchema]).describe('One line of a stream'),
  Refusal: refusalSchema,
  Health: healthSchema,
  Readiness: readinessSchema,
} as const

export type SchemaName = keyof typeof schemas

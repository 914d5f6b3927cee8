import * as z from 'zod'

/** One KMS: what `use` names says which further keys there are. */
export const kmsSection: z.ZodType<{ use: string; [option: string]: unknown }> = z.looseObject({
  use: z.string().min(1).describe('The KMS package: local, aliyun, failover, or the module of a plug-in of your own'),
})

/** One scheme. */
export const schemeSection: z.ZodType<{ use?: string | undefined; [option: string]: unknown }> = z.looseObject({
  use: z
    .string()
    .min(1)
    .optional()
    .describe('The backend package, or the module of a plug-in of your own; by default the name of the scheme'),
})

/** One use case. */
export const useCaseSection: z.ZodType<{
  scheme: string
  reads?: string[] | undefined
  purpose?: string | undefined
}> = z.strictObject({
  scheme: z.string().describe('The scheme that encrypts'),
  reads: z.array(z.string()).optional().describe('Further schemes whose tokens are read: those from which data moves'),
  purpose: z
    .string()
    .optional()
    .describe('Bound to every value; by default the name of the use case. Keep the old name here when you rename it'),
})

/** Sections of programs that are built upon this package: each reads its own by `Config.section`. */
export type ProgramSection = 'service'

/** The frame of parasol.yaml. Each plug-in brings the schema of its own sections. */
export const configFile: z.ZodType = z
  .strictObject({
    version: z.literal(1).describe('The version of this format: 1'),
    kms: z.record(z.string(), kmsSection).optional().describe('Key management services, by a name of your choice'),
    schemes: z
      .record(z.string(), schemeSection)
      .refine(isNotEmpty, 'names no scheme')
      .describe('Schemes, by their name'),
    useCases: z
      .record(z.string(), useCaseSection)
      .refine(isNotEmpty, 'names no use case')
      .describe('What data is for, by a name of your choice'),
    service: z.looseObject({}).optional().describe('The HTTP service, which checks it'),
  })
  .describe('A configuration has the keys "version", "schemes" and "useCases", and mostly "kms"')

function isNotEmpty(record: object): boolean {
  return Object.keys(record).length > 0
}

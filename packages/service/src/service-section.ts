import { type SecretReference, secretReference } from '@parasol/core/plugin'
import * as z from 'zod'
import { type Permission, permissions } from './callers.js'
import { CERTIFICATE_NAME } from './client-certificate.js'
import { type LogLevel, logLevels } from './operator-log.js'

/** A caller in parasol.yaml; its name is the key. */
export interface CallerSection {
  readonly keyHashes: readonly string[]
  readonly certificates: readonly string[]
  readonly secrets: readonly SecretReference[]
  readonly useCases: readonly string[]
  readonly operations: readonly Permission[]
  readonly requestsPerSecond?: number | undefined
}

/** A log in parasol.yaml: in a folder or in PostgreSQL. */
export interface LogSection {
  readonly folder?: string | undefined
  readonly postgres?: { readonly url: SecretReference } | undefined
  readonly segmentBytes?: number | undefined
  readonly segmentHours?: number | undefined
  readonly keepDays?: number | undefined
  readonly keepBytes?: number | undefined
  readonly headFile?: string | undefined
}

/** What HTTPS needs, in parasol.yaml. */
export interface TlsSection {
  readonly certificate: string
  readonly key: SecretReference
  readonly clientAuthorities?: string | undefined
  readonly clientCertificates?: 'optional' | 'required' | undefined
}

/** The section `service` of parasol.yaml. */
export interface ServiceSection {
  readonly host: string
  readonly port: number
  readonly tls?: TlsSection | undefined
  readonly callers: Readonly<Record<string, CallerSection>> | 'anyone'
  readonly backupLog: LogSection | 'none'
  readonly auditLog: LogSection | 'none'
  readonly log: { readonly level: LogLevel; readonly requests: boolean }
  readonly limits: { readonly [Name in LimitName]?: number | undefined }
}

type LimitName = 'bodyBytes' | 'fields' | 'arrivalMs' | 'workMs' | 'idleMs' | 'concurrent' | 'freeBytes' | 'drainMs'

const positive = z.int().min(1)

const caller: z.ZodType<CallerSection> = z
  .strictObject({
    keyHashes: z
      .array(z.string().regex(/^[0-9a-f]{64}$/, 'Expected a SHA-256 in lower-case hex: parasol-service --new-key'))
      .default([])
      .describe('SHA-256 of its API keys, in hex; two while a key is being replaced'),
    certificates: z
      .array(z.string().regex(CERTIFICATE_NAME, 'Expected a SHA-256 in lower-case hex, or a DNS name in lower case'))
      .default([])
      .describe('Its client certificates: the SHA-256 of one in hex, or a DNS name in it'),
    secrets: z
      .array(secretReference)
      .default([])
      .describe('What signs its requests; two while one is being replaced: parasol-service --new-key'),
    useCases: z.array(z.string()).describe('The use cases that it may ask for'),
    operations: z.array(z.enum(permissions)).min(1).describe('What it may ask for'),
    requestsPerSecond: z.number().min(1).optional().describe('The most requests it may make in a second'),
  })
  .refine(
    ({ keyHashes, certificates, secrets }) => [keyHashes, certificates, secrets].some(({ length }) => length > 0),
    {
      error: 'expected keyHashes, certificates or secrets',
    },
  )

const tls: z.ZodType<TlsSection> = z
  .strictObject({
    certificate: z.string().min(1).describe('PEM file: its certificate, then those up to the authority'),
    key: secretReference.describe('The private key of the certificate, in PEM'),
    clientAuthorities: z.string().min(1).optional().describe('PEM file: who signs the certificates of callers'),
    clientCertificates: z
      .enum(['optional', 'required'])
      .optional()
      .describe('Whether every connection needs a certificate; optional by default'),
  })
  .describe('Speak HTTPS with this certificate')

const log = (what: string): z.ZodType<LogSection | 'none'> =>
  z
    .union([
      z.literal('none'),
      z
        .strictObject({
          folder: z.string().min(1).optional().describe('Its own folder; made if there is none'),
          postgres: z
            .strictObject({ url: secretReference.describe('postgresql://user:password@host/database') })
            .optional()
            .describe('The database in which it is kept, for several instances'),
          segmentBytes: z.int().min(65_536).optional().describe('A file of so many bytes is followed by another'),
          segmentHours: z.number().positive().optional().describe('A file that is this old is followed by another'),
          keepDays: z
            .number()
            .positive()
            .optional()
            .describe('What is older goes; of files those that are wholly older'),
          keepBytes: z
            .int()
            .min(65_536)
            .optional()
            .describe('The oldest lines go until the rest has no more than this; of files whole ones'),
          headFile: z
            .string()
            .min(1)
            .optional()
            .describe('Where the head is noted as well: on a disk that who can change the log cannot'),
        })
        .refine(hasOnePlace, { error: 'expected folder or postgres, and of files only what is about files' }),
    ])
    .describe(what)

function hasOnePlace({ folder, postgres, segmentBytes, segmentHours }: LogSection): boolean {
  const ofFiles = [segmentBytes, segmentHours]
  return postgres ? [folder, ...ofFiles].every((each) => each === undefined) : folder !== undefined
}

export const serviceSection: z.ZodType<ServiceSection> = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('The address to listen on'),
  port: z.int().min(0).max(65_535).default(8443).describe('The port to listen on; 0 takes a free one'),
  tls: tls.optional(),
  callers: z
    .union([z.literal('anyone'), z.record(z.string().regex(/^[\w.-]{1,64}$/), caller)])
    .describe('Who may call, by a name of your choice; or "anyone", on a loopback address only'),
  backupLog: log('Keeps every record that was encrypted: { folder: PATH }, or none'),
  auditLog: log('Keeps who did what: { folder: PATH }, or none'),
  log: z
    .strictObject({
      level: z.enum(logLevels).default('info').describe('What is less than this is not said'),
      requests: z.boolean().default(false).describe('Whether there is a line for every request'),
    })
    .prefault({})
    .describe('What the service tells its operator'),
  limits: z
    .strictObject({
      bodyBytes: positive.optional().describe('Longest body of a request'),
      fields: positive.optional().describe('Most fields of a record'),
      arrivalMs: positive.optional().describe('How long a request may take to arrive'),
      workMs: positive.optional().describe('How long it may be worked on'),
      idleMs: positive.optional().describe('How long the caller of a stream of lines may stand still'),
      concurrent: positive.optional().describe('Requests worked on at once'),
      freeBytes: positive.optional().describe('Bytes that must be free on the disks of the logs to be ready'),
      drainMs: positive.optional().describe('How long requests may take to finish when the service stops'),
    })
    .default({})
    .describe('What a request may cost'),
})

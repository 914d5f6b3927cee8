import type { Kms } from '@parasol/core'
import { injectKms, kmsModule } from '@parasol/core/container'
import { definePlugin, type Plugin } from '@parasol/core/plugin'
import * as z from 'zod'
import { FailoverKms } from './failover-kms.js'

interface FallbackReference {
  readonly kms: string
  readonly keyId?: string | undefined
}

/** A section of `kms` in parasol.yaml with `use: failover`. */
export interface FailoverSection {
  readonly first: string
  readonly fallback: readonly FallbackReference[]
  readonly breakAfter?: number | undefined
  readonly breakForMs?: number | undefined
}

const fallback = z.strictObject({
  kms: z.string().min(1).describe('Name of a KMS, which is written before what it encrypts: keep it'),
  keyId: z.string().min(1).optional().describe('The key that encrypts there; by default the one that is asked for'),
})

const section: z.ZodType<FailoverSection> = z
  .strictObject({
    first: z.string().min(1).describe('Name of the KMS that encrypts while it can'),
    fallback: z.array(fallback).min(1).max(8).describe('Those that take over while the ones before are away'),
    breakAfter: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe('Failed calls in a row after which a KMS is left alone; 5'),
    breakForMs: z.int().min(10).max(600_000).optional().describe('For how long it is left alone; 2000'),
  })
  .refine(({ first, fallback }) => new Set([first, ...fallback.map(({ kms }) => kms)]).size > fallback.length, {
    path: ['fallback'],
    error: 'Expected each KMS once',
  })

export const plugin: Plugin<FailoverSection> = definePlugin({
  options: section,
  kmsNames: ({ first, fallback }) => [first, ...fallback.map(({ kms }) => kms)],
  module: (name, { first, fallback, breakAfter, breakForMs }) =>
    kmsModule(
      name,
      (firstKms: Kms, ...others: Kms[]) =>
        new FailoverKms({
          first: { name: first, kms: firstKms },
          fallback: others.map((kms, index) => ({ ...fallbackAt(fallback, index), kms })),
          breakAfter,
          breakForMs,
        }),
      [injectKms(first), ...fallback.map(({ kms }) => injectKms(kms))],
    ),
})

function fallbackAt(
  fallback: readonly FallbackReference[],
  index: number,
): { name: string; keyId?: string | undefined } {
  const { kms = '', keyId } = fallback[index] ?? {}
  return { name: kms, keyId }
}

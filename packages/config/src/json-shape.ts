import * as z from 'zod'
import type { Path } from './config-error.js'

/** A JSON Schema, as far as it is walked here. */
export interface JsonShape {
  readonly properties?: Readonly<Record<string, JsonShape>>
  readonly additionalProperties?: JsonShape | boolean
  readonly items?: JsonShape
  readonly anyOf?: readonly JsonShape[]
  readonly oneOf?: readonly JsonShape[]
  readonly allOf?: readonly JsonShape[]
  readonly description?: string
  readonly [keyword: string]: unknown
}

/** The shape of what a schema takes, which unlike the schema can be asked what it allows. */
export function shapeOf(schema: z.ZodType): JsonShape {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonShape
}

/** All shapes that a value at the path may have. */
export function shapesAt(shape: JsonShape, path: Path): readonly JsonShape[] {
  return path.reduce<readonly JsonShape[]>(
    (shapes, step) => shapes.flatMap(alternatives).flatMap((alternative) => enter(alternative, step)),
    [shape],
  )
}

/** The names that keys at the path may have, where they are fixed. */
export function allowedKeys(shape: JsonShape, path: Path): readonly string[] {
  const shapes = shapesAt(shape, path).flatMap(alternatives)
  return [...new Set(shapes.flatMap(({ properties }) => Object.keys(properties ?? {})))]
}

export function descriptionAt(shape: JsonShape, path: Path): string | undefined {
  return shapesAt(shape, path).find(({ description }) => description !== undefined)?.description
}

/** Whether a secretReference belongs at the path, alone or among other things. */
export function takesSecret(shape: JsonShape, path: Path): boolean {
  const keys = shapesAt(shape, path)
    .flatMap(alternatives)
    .map(({ properties }) => Object.keys(properties ?? {}).join())
  return keys.includes('env') && keys.includes('file')
}

/** The alternatives at the path that have none themselves. */
export function leavesAt(shape: JsonShape, path: Path): readonly JsonShape[] {
  return shapesAt(shape, path)
    .flatMap(alternatives)
    .filter(({ anyOf, oneOf, allOf }) => !anyOf && !oneOf && !allOf)
}

function alternatives(shape: JsonShape): readonly JsonShape[] {
  const inner = [...(shape.anyOf ?? []), ...(shape.oneOf ?? []), ...(shape.allOf ?? [])]
  return [shape, ...inner.flatMap(alternatives)]
}

function enter(shape: JsonShape, step: string | number): readonly JsonShape[] {
  if (typeof step === 'number') return shape.items ? [shape.items] : []
  const property = shape.properties && Object.hasOwn(shape.properties, step) ? shape.properties[step] : undefined
  if (property) return [property]
  return typeof shape.additionalProperties === 'object' ? [shape.additionalProperties] : []
}

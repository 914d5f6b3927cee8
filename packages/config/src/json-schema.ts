import { type JsonShape, shapeOf } from './json-shape.js'
import { builtInNames, importPlugin, type PluginKind } from './plugins.js'
import { configFile } from './schema.js'

/**
 * The JSON Schema of parasol.yaml with the sections of all built-in plug-ins, for editors. It imports them all.
 */
export async function configJsonSchema(): Promise<Readonly<Record<string, unknown>>> {
  const frame = shapeOf(configFile)
  const kms = await sectionShapes('kms')
  const schemes = await sectionShapes('schemes')
  return {
    ...frame,
    title: 'parasol.yaml',
    properties: {
      ...frame.properties,
      kms: { ...frame.properties?.['kms'], additionalProperties: { anyOf: [...kms.values(), ownPlugin] } },
      schemes: schemesShape(frame.properties?.['schemes'], schemes),
    },
  }
}

/** A plug-in of the user's own has options that are not known here. */
const ownPlugin: JsonShape = {
  type: 'object',
  properties: { use: { type: 'string', pattern: '^[.@]|/', description: 'The module of a plug-in of your own' } },
  required: ['use'],
  additionalProperties: true,
}

async function sectionShapes(kind: PluginKind): Promise<ReadonlyMap<string, JsonShape>> {
  const shapes = builtInNames(kind).map(async (use) => {
    const { options } = await importPlugin(kind, use, '.')
    return [use, withUse(shapeOf(options), use, true)] as const
  })
  return new Map(await Promise.all(shapes))
}

/** A scheme that has the name of a backend need not say which it uses. */
function schemesShape(frame: JsonShape | undefined, sections: ReadonlyMap<string, JsonShape>): JsonShape {
  const explicit = [...sections.values(), ownPlugin]
  const named = [...sections].map(
    ([use, shape]) => [use, { anyOf: [withUse(shape, use, false), ...explicit] }] as const,
  )
  return {
    ...frame,
    minProperties: 1,
    properties: Object.fromEntries(named),
    additionalProperties: { anyOf: explicit },
  }
}

/** Adds the key `use`, which the options of a plug-in do not have, to each of their forms. */
function withUse({ $schema: _, ...shape }: JsonShape, use: string, required: boolean): JsonShape {
  const forms = (['anyOf', 'oneOf', 'allOf'] as const).flatMap((keyword) => {
    const inner = shape[keyword]
    return inner ? [[keyword, inner.map((form) => withUse(form, use, required))] as const] : []
  })
  if (forms.length > 0) return { ...shape, ...Object.fromEntries(forms) }
  const others = ((shape['required'] ?? []) as readonly string[]).filter((key) => key !== 'use')
  return {
    ...shape,
    properties: { use: { const: use, type: 'string' }, ...withoutUse(shape.properties) },
    required: required ? ['use', ...others] : others,
  }
}

function withoutUse({ use: _, ...properties }: Readonly<Record<string, JsonShape>> = {}): Record<string, JsonShape> {
  return properties
}

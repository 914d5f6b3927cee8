import { isSchemeName, isUseCaseName, type UseCase } from '@parasol/core'
import { type Finding, unknownName } from './config-error.js'
import type { Section } from './sections.js'

/** The names that each part of the file gives, whether or not what stands under them is right. */
export interface Names {
  readonly kms: readonly string[]
  readonly schemes: readonly string[]
  readonly useCases: readonly string[]
}

/** Names that could not be used. */
export function checkNames({ kms, schemes, useCases }: Names): readonly Finding[] {
  const label = 'use letters, digits, "_", "-" and ".", at most 128, to name it'
  const scheme = 'use lower-case letters, digits and hyphens, at most 32, to name it'
  return [
    ...kms.filter((name) => !isUseCaseName(name)).map((name) => ({ path: ['kms', name], message: label })),
    ...schemes.filter((name) => !isSchemeName(name)).map((name) => ({ path: ['schemes', name], message: scheme })),
    ...useCases.filter((name) => !isUseCaseName(name)).map((name) => ({ path: ['useCases', name], message: label })),
  ]
}

/** References of a use case to schemes that are not there. */
export function checkUseCase(name: string, { scheme, reads = [], purpose }: UseCase, names: Names): readonly Finding[] {
  const path = ['useCases', name]
  const references = [
    { path: [...path, 'scheme'], scheme },
    ...reads.map((scheme, index) => ({ path: [...path, 'reads', index], scheme })),
  ]
  const missing = references
    .filter(({ scheme }) => !names.schemes.includes(scheme))
    .map(({ path, scheme }) => ({ path, message: unknownName('scheme', scheme, names.schemes) }))
  if (purpose === undefined || isUseCaseName(purpose)) return missing
  return [...missing, { path: [...path, 'purpose'], message: 'use letters, digits, "_", "-" and ".", at most 128' }]
}

/** References of a section to KMS that are not there. */
export function checkKmsNames({ kmsNames, kmsPaths }: Section, names: Names): readonly Finding[] {
  return kmsNames.flatMap((name, index) =>
    names.kms.includes(name) ? [] : [{ path: kmsPaths[index] ?? [], message: unknownName('KMS', name, names.kms) }],
  )
}

/** References of a scheme to use cases that are not there, or that lead back to it by whatever detour. */
export function checkUseCaseNames(
  { name, useCaseNames, useCasePaths }: Section,
  schemes: ReadonlyMap<string, Section>,
  useCases: Readonly<Record<string, UseCase>>,
): readonly Finding[] {
  return useCaseNames.flatMap((useCase, index) => {
    const path = useCasePaths[index] ?? []
    if (!useCases[useCase]) return [{ path, message: unknownName('use case', useCase, Object.keys(useCases)) }]
    const leadsBack = reachedSchemes(useCase, schemes, useCases).has(name)
    return leadsBack ? [{ path, message: 'leads back to this scheme: name a use case of another one' }] : []
  })
}

function reachedSchemes(
  useCase: string,
  schemes: ReadonlyMap<string, Section>,
  useCases: Readonly<Record<string, UseCase>>,
  seen: Set<string> = new Set(),
): ReadonlySet<string> {
  const { scheme, reads = [] } = useCases[useCase] ?? { scheme: '' }
  for (const name of [scheme, ...reads].filter((each) => !seen.has(each))) {
    seen.add(name)
    for (const further of schemes.get(name)?.useCaseNames ?? []) reachedSchemes(further, schemes, useCases, seen)
  }
  return seen
}

/** KMS that need themselves, by whatever detour. */
export function checkCycles(kms: ReadonlyMap<string, Section>): readonly Finding[] {
  return [...kms.values()]
    .filter(({ name, kmsNames }) => inOrder(kmsNames, kms).some((reached) => reached.name === name))
    .map(({ name }) => ({ path: ['kms', name], message: 'needs itself: it names a KMS that leads back to it' }))
}

/** The sections of these names and all that they need, each after those that it needs. */
export function inOrder(names: readonly string[], kms: ReadonlyMap<string, Section>): readonly Section[] {
  const seen = new Set<string>()
  const visit = (name: string): readonly Section[] => {
    const section = kms.get(name)
    if (!section || seen.has(name)) return []
    seen.add(name)
    return [...section.kmsNames.flatMap(visit), section]
  }
  return names.flatMap(visit)
}

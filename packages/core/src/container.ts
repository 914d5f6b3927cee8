import { Container, ContainerModule, type ResolvedValueInjectOptions, type ServiceIdentifier } from 'inversify'
import type { Cipher } from './cipher.js'
import type { Kms } from './kms.js'
import { observeKms } from './kms-calls.js'
import type { CryptoProvider } from './provider.js'
import { type CryptoRouter, createCrypto, type UseCase } from './router.js'
import { isObservable, type Stats } from './stats.js'

export type { ContainerModule, ResolvedValueInjectOptions, ServiceIdentifier } from 'inversify'

/** What the container holds. Registered symbols, so that two copies of this package in one process still meet. */
export const SERVICES: {
  /** Named by the KMS's name in the configuration. */
  readonly Kms: ServiceIdentifier<Kms>
  /** Named by the scheme. */
  readonly Provider: ServiceIdentifier<CryptoProvider>
  /** One string for each bound provider: inversify's `getAll` passes over named bindings. */
  readonly Scheme: ServiceIdentifier<string>
  /** One string for each bound KMS. */
  readonly KmsName: ServiceIdentifier<string>
  readonly Router: ServiceIdentifier<CryptoRouter>
  /** For a scheme that keeps something encrypted by a use case: to be asked when it is needed, not before. */
  readonly CipherOf: ServiceIdentifier<(useCase: string) => Cipher>
} = {
  Kms: Symbol.for('@parasol/core:Kms'),
  Provider: Symbol.for('@parasol/core:Provider'),
  Scheme: Symbol.for('@parasol/core:Scheme'),
  KmsName: Symbol.for('@parasol/core:KmsName'),
  Router: Symbol.for('@parasol/core:Router'),
  CipherOf: Symbol.for('@parasol/core:CipherOf'),
}

/** How `build`'s parameters are injected; swapping two of different types does not compile. */
export type Injections<Dependencies extends unknown[]> = {
  [Index in keyof Dependencies]-?: ResolvedValueInjectOptions<Dependencies[Index]>
}

/**
 * What a KMS package calls to make its module: one lazily built singleton, disposed of when the module is unloaded.
 * `build` does no I/O: inversify would remember its failure for ever.
 */
export function kmsModule<Dependencies extends unknown[]>(
  name: string,
  build: (...dependencies: Dependencies) => Kms,
  inject: Injections<Dependencies>,
): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(SERVICES.KmsName).toConstantValue(name)
    bind(SERVICES.Kms)
      .toResolvedValue<Dependencies>((...dependencies) => observeKms(name, build(...dependencies)), inject)
      .inSingletonScope()
      .whenNamed(name)
      .onDeactivation(dispose)
  })
}

/** The same for a scheme's backend. */
export function providerModule<Dependencies extends unknown[]>(
  scheme: string,
  build: (...dependencies: Dependencies) => CryptoProvider,
  inject: Injections<Dependencies>,
): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(SERVICES.Scheme).toConstantValue(scheme)
    bind(SERVICES.Provider)
      .toResolvedValue<Dependencies>(build, inject)
      .inSingletonScope()
      .whenNamed(scheme)
      .onDeactivation(dispose)
  })
}

/** Injects the KMS of a name. */
export function injectKms(name: string): ResolvedValueInjectOptions<Kms> {
  return { serviceIdentifier: SERVICES.Kms, name }
}

/**
 * The modules of an application's KMS and schemes, wired to its use cases. Load each module into one container only,
 * and give modules in the order of their dependencies: they are unloaded one by one in reverse, which zeroes keys.
 */
export class CryptoContainer<Name extends string = string> implements AsyncDisposable {
  /** For binding services of your own beside Parasol's. */
  readonly inversify: Container = new Container()
  readonly #modules: ContainerModule[]

  constructor(useCases: Readonly<Record<Name, UseCase>>, modules: readonly ContainerModule[]) {
    this.#modules = [routerModule(useCases), ...modules]
    this.inversify.load(...this.#modules)
    this.inversify.bind(SERVICES.CipherOf).toConstantValue((useCase) => this.router.for(useCase as Name))
  }

  /** @throws CryptoError INVALID_CONFIG if a use case names a scheme that no module brings */
  get router(): CryptoRouter<Name> {
    return this.inversify.get(SERVICES.Router) as CryptoRouter<Name>
  }

  /** Of every KMS that is bound. */
  get kmsNames(): readonly string[] {
    return this.inversify.getAll(SERVICES.KmsName, { optional: true })
  }

  kms(name: string): Kms {
    return this.inversify.get(SERVICES.Kms, { name })
  }

  provider(scheme: string): CryptoProvider {
    return this.inversify.get(SERVICES.Provider, { name: scheme })
  }

  /** What the KMS and the schemes count, by their names; of those that count anything. */
  stats(): { readonly kms: Stats; readonly schemes: Stats } {
    return {
      kms: this.#statsOf(this.kmsNames, SERVICES.Kms),
      schemes: this.#statsOf(this.inversify.getAll(SERVICES.Scheme, { optional: true }), SERVICES.Provider),
    }
  }

  #statsOf(names: readonly string[], services: ServiceIdentifier<object>): Stats {
    const entries = names.flatMap((name) => {
      const service = this.inversify.get(services, { name })
      return isObservable(service) ? [[name, service.stats()] as const] : []
    })
    return Object.fromEntries(entries)
  }

  /** Unloads every module although another fails. */
  async close(): Promise<void> {
    const errors: unknown[] = []
    for (const module of this.#modules.splice(0).reverse()) {
      try {
        await this.inversify.unloadAsync(module)
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} module(s) could not be closed`)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function routerModule(useCases: Readonly<Record<string, UseCase>>): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(SERVICES.Router)
      .toDynamicValue((context) => {
        const schemes = context.getAll(SERVICES.Scheme, { optional: true })
        const providers = schemes.map((name) => context.get(SERVICES.Provider, { name }))
        return createCrypto(providers, useCases)
      })
      .inSingletonScope()
  })
}

async function dispose(service: object): Promise<void> {
  const disposable: Partial<Disposable & AsyncDisposable> = service
  await disposable[Symbol.asyncDispose]?.()
  disposable[Symbol.dispose]?.()
}

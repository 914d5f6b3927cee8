/** What a `using` does, without what it becomes on a Node that does not know it. */
export function use<Result>(resource: Disposable, work: () => Result): Result {
  try {
    return work()
  } finally {
    resource[Symbol.dispose]()
  }
}

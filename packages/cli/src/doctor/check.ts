/** What `doctor` found out about one thing. */
export interface Check {
  /** For programs. */
  readonly check: string
  readonly state: 'ok' | 'warning' | 'failed'
  readonly about?: string
  readonly message: string
}

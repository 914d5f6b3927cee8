/** The work is done, but not for all rows: the result lacks some. */
export class RowsFailed extends Error {}

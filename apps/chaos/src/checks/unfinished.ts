/** A kind of work that is not finished: how much of it there is, and some of it in words. */
export type Pending = { what: string; count: number; examples: readonly string[] };

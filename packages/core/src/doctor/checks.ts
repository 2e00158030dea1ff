/** An invariant: `query` answers the rows that break it, and must answer none. */
export type Check = { name: string; sentence: string; query: string };

export const checks: readonly Check[] = [];

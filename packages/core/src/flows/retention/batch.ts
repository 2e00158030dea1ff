import type { Progress } from '../../retention/retention-repository.ts';

/** What a batch of a rule may remove: rows that are kept for `keepMs`, at most `limit` of them. */
export type BatchOptions = Progress & { keepMs: number; limit: number };

/** What a batch has removed, and how far it has got. `isFull` means that there may be more. */
export type Batch = Partial<Progress> & { removed: number; isFull: boolean };

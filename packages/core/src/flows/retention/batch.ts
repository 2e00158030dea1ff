/** What a batch of a rule may remove: rows that are kept for `keepMs`, at most `limit` of them. */
export type BatchOptions = { keepMs: number; limit: number; walkedTo: string | null };

/** What a batch has removed. `isFull` means that there may be more. */
export type Batch = { removed: number; isFull: boolean; walkedTo?: string | null };

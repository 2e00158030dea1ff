/**
 * SQL for the time before which a row's time is over. `keepMs` is the parameter with the kept time, like `$1`. The
 * clock counts, and not the transaction's start: a batch may have waited. As a subquery it is computed once, so an
 * index can be searched for it.
 */
export const timeOver = (keepMs: string): string =>
  `(select clock_timestamp() - ${keepMs}::bigint * interval '1 millisecond')`;

/** SQL for the smallest id (UUID v7) of a time's millisecond: the first 48 bits of an id are milliseconds. */
export const firstIdAt = (time: string): string =>
  `(select (lpad(to_hex(floor(extract(epoch from ${time}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid)`;

import type { Database } from '@commerce-core/pg-pipeline';

/** SQL for an id (UUID v7) as it is made at a time. */
export const idAt = (time: string): string =>
  `(lpad(to_hex(floor(extract(epoch from ${time}) * 1000)::bigint), 12, '0') || '7000'
    || right(replace(gen_random_uuid()::text, '-', ''), 16))::uuid`;

/** Gateway events with raw bodies. `ageMs` says how long ago they came, `decidedMs` how long ago they were decided. */
export type OldEvents = {
  name: string;
  count?: number;
  ageMs: number;
  decidedMs?: number | null;
  body?: string | null;
};

/** Adds events that name no payment and did nothing. Their provider event ids are `<name>-1` and so on. */
export async function addOldGatewayEvents(
  { pool }: Pick<Database, 'pool'>,
  { name, count = 1, ageMs, decidedMs = ageMs, body = '{"a":"body"}' }: OldEvents,
): Promise<void> {
  const came = `now() - $3::float8 * interval '1 ms'`;
  await pool.query(
    `insert into commerce.gateway_events (id, provider, provider_event_id, type, amount, currency, fingerprint,
      raw_body,
       outcome, attempts, due_at, received_at, decided_at)
     select ${idAt(came)}, 'mock', $1 || '-' || n, 'OTHER', 0, 'XXX', 'f', convert_to($5, 'UTF8'),
       case when $4::float8 is null then 'RECEIVED' else 'IGNORED_UNKNOWN' end, 1,
       case when $4::float8 is null then now() + interval '1 hour' end, ${came}, now() - $4::float8 * interval '1 ms'
     from generate_series(1, $2::int) n`,
    [name, count, ageMs, decidedMs, body],
  );
}

/** Adds idempotency keys `<name>-1` and so on, which expired `ageMs` ago. */
export async function addExpiredKeys(
  { pool }: Pick<Database, 'pool'>,
  { name, count = 1, ageMs }: { name: string; count?: number; ageMs: number },
): Promise<void> {
  await pool.query(
    `insert into commerce.idempotency_keys (scope, key, procedure, fingerprint, answer, expires_at)
     select 'old', $1 || '-' || n, 'p', sha256('x'), '{"value":1}', now() - ($3::float8 + n) * interval '1 ms'
     from generate_series(1, $2::int) n`,
    [name, count, ageMs],
  );
}

import { statement, type Database } from '@commerce-core/pg-pipeline';

/** A run of the doctor that has ended. */
export type DoctorRun = {
  ranAt: Date;
  /** How long ago that was, on the database's clock. */
  ageSeconds: number;
  tookMs: number;
  /** How many rows break the invariant of each check: 0 where it holds. */
  counts: Record<string, number>;
};

const save = statement(
  'save_doctor_run',
  `insert into "commerce"."doctor_runs" (id, ran_at, took_ms, counts) values (1, now(), $1, $2)
  on conflict (id) do update set ran_at = excluded.ran_at, took_ms = excluded.took_ms, counts = excluded.counts`,
);

/** Stores the doctor's run in place of the one before. */
export async function saveDoctorRun(
  { pool }: Pick<Database, 'pool'>,
  { tookMs, counts }: Pick<DoctorRun, 'tookMs' | 'counts'>,
): Promise<void> {
  await pool.query({ text: save.text, values: [tookMs, JSON.stringify(counts)] });
}

const readLast = statement(
  'read_doctor_run',
  `select ran_at as "ranAt", greatest(extract(epoch from now() - ran_at), 0)::float8 as "ageSeconds",
  took_ms as "tookMs", counts
  from "commerce"."doctor_runs" where id = 1`,
);

/** Reads the doctor's last run; undefined when it has never run. */
export async function readDoctorRun({ pool }: Pick<Database, 'pool'>): Promise<DoctorRun | undefined> {
  return (await pool.query<DoctorRun>(readLast.text)).rows[0];
}

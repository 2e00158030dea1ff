import type { Database } from '@commerce-core/pg-pipeline';
import { checks } from '../checks.ts';
import { saveDoctorRun } from './doctor-run-repository.ts';
import { runDoctor, type Violation } from './run-doctor.ts';

/**
 * Runs all checks, and stores how many rows each has found. A database that takes no writes can be checked, too: what
 * keeps the run from being stored goes to `onFault`.
 */
export async function runAndSave(
  database: Database,
  onFault: ((error: unknown) => void) | undefined,
): Promise<Violation[]> {
  const begin = performance.now();
  const violations = await runDoctor(database);
  const found = new Map(violations.map(({ name, count }) => [name, count]));
  const counts = Object.fromEntries(checks.map(({ name }) => [name, found.get(name) ?? 0]));
  try {
    await saveDoctorRun(database, { tookMs: Math.round(performance.now() - begin), counts });
  } catch (error) {
    onFault?.(new Error('the run of the doctor could not be stored for the metrics', { cause: error }));
  }
  return violations;
}

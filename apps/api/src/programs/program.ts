import { CommerceError, MigrationsDiverged } from '@commerce-core/core';
import { EnvError, type Variables } from '../config/env.ts';
import { describeFault } from '../observability/log.ts';
import { DatabaseUnusable } from '../start-database.ts';

/** A program's work. Returns its exit code. */
export type Program = (args: readonly string[], env: Variables, print: (line: string) => void) => Promise<0 | 1 | 2>;

/** The program was called in a wrong way. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Runs a program as this process: its exit code, and the reason of a failure without SQL, parameters and stacks. */
export async function runAsProcess(program: Program): Promise<void> {
  try {
    process.exitCode = await program(process.argv.slice(2), process.env, (line) => process.stdout.write(`${line}\n`));
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = isUsage(error) ? 2 : 1;
  }
}

/** Why a program failed, for its operator. */
export function explain(error: unknown): string {
  const isKnown = [EnvError, DatabaseUnusable, MigrationsDiverged, CommerceError].some((kind) => error instanceof kind);
  return isKnown || isUsage(error) ? (error as Error).message : JSON.stringify(describeFault(error));
}

/** Whether a program was called in a wrong way. `parseArgs` throws a TypeError with a code for an unknown option. */
export const isUsage = (error: unknown): boolean =>
  error instanceof UsageError || (error instanceof TypeError && 'code' in error);

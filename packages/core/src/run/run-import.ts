import type { Transaction } from '@commerce-core/pg-pipeline';
import type { z } from 'zod';
import type { Reader } from '../database/page.ts';
import { read, withTransaction } from '../database/transaction.ts';
import { CommerceError, decided, type Outcome } from '../errors.ts';
import { newId } from '../ids.ts';
import { parse } from '../validation.ts';
import type { Context } from './context.ts';

/** Rows of one call of an import, at most. */
export const importedRowsMax = 1_000;

/** How the rows of an import are taken. `preview` says what `flow` would do. */
export type Import<C, E> = {
  schema: z.ZodType<C>;
  flow: (tx: Transaction, commands: readonly (C & { id: string })[]) => Promise<Outcome<E>[]>;
  preview: (reader: Reader, commands: readonly (C & { id: string })[]) => Promise<Outcome<E>[]>;
};

/**
 * Imports rows in one transaction. A row that is refused leaves the others as they are.
 * @returns one outcome a row, in the order of the rows
 * @throws validation_failed when there are too many rows
 */
export async function runImport<C extends { sku: string }, E>(
  { database }: Context,
  { schema, flow, preview }: Import<C, E>,
  rows: readonly unknown[],
  dryRun: boolean,
): Promise<Outcome<E>[]> {
  if (rows.length > importedRowsMax) throw notValid('', `must have at most ${importedRowsMax} rows`);
  const seen = new Set<string>();
  const parsed = rows.map((row) =>
    decided(() => {
      const command = parse(schema, row);
      if (seen.has(command.sku)) throw notValid('sku', 'another row before has this sku');
      seen.add(command.sku);
      return { ...command, id: newId() };
    }),
  );
  const commands = parsed.flatMap((each) => (each.ok ? [each.value] : []));
  const run = async () =>
    dryRun
      ? read(async () => preview(database.db, commands))
      : withTransaction(database, async (tx) => flow(tx, commands));
  const outcomes = commands.length === 0 ? [] : await run();
  const left = outcomes.values();
  return parsed.map((each) => {
    const next = each.ok ? left.next().value : each;
    if (next) return next;
    throw new Error('an import returned fewer outcomes than it was given rows');
  });
}

function notValid(path: string, message: string): CommerceError {
  const where = path === '' ? '' : `${path}: `;
  return new CommerceError('validation_failed', `${where}${message}`, { issues: [{ path, message }] });
}

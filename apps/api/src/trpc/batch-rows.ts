import { z } from 'zod';
import { procedures } from './procedures.ts';

/** The largest number of rows that the calls of one batch may list: 10 lists of 50 rows, which is the default limit. */
export const batchRowsMax = 500;
// What a call that lists nothing costs, so that a batch of 50 such calls is allowed.
const otherRows = 10;

/** The limit of a list that is called without one, by the path of each procedure that lists rows. */
export const defaultLimits: ReadonlyMap<string, number> = new Map(
  Object.entries(procedures).flatMap(([path, { _def }]) => {
    const [input] = _def.inputs;
    const schema = input instanceof z.ZodOptional ? input.unwrap() : input;
    const limit: unknown = schema instanceof z.ZodObject ? schema.shape['limit'] : undefined;
    return limit instanceof z.ZodDefault ? [[path, Number(limit.def.defaultValue)] as const] : [];
  }),
);

/** Returns how many rows the queries of a batch ask for at most, by their limits. 0 for a single call. */
export function batchRows(path: string, search: string): number {
  const parameters = new URLSearchParams(search);
  if (!parameters.has('batch')) return 0;
  const inputs = inputsOf(parameters.get('input'));
  const rows = path.split(',').map((name, index) => {
    const limit = defaultLimits.get(decoded(name));
    if (limit === undefined) return otherRows;
    const given = limitOf(inputs[index]);
    return Math.max(otherRows, given ?? limit);
  });
  return rows.reduce((sum, count) => sum + count, 0);
}

/** tRPC decodes the names, too, and refuses those that it can't decode. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** tRPC refuses a text that is no JSON, and the procedures refuse a limit that is too large. */
function inputsOf(text: string | null): Record<number, unknown> {
  try {
    const inputs: unknown = JSON.parse(text ?? '{}');
    return typeof inputs === 'object' && inputs !== null ? { ...inputs } : {};
  } catch {
    return {};
  }
}

function limitOf(input: unknown): number | undefined {
  const limit: unknown = typeof input === 'object' && input !== null && 'limit' in input ? input.limit : undefined;
  return typeof limit === 'number' && limit >= 1 && limit <= batchRowsMax ? limit : undefined;
}

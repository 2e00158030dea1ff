import type { KeysetRequest, SortKey } from './keyset.ts';

/** Rows of a part of a list, and the key behind which the next part begins; undefined behind the last part. */
export type ListPart<R> = { items: R[]; end: SortKey | undefined };

/**
 * Reads a whole list, part by part, each when the one before has been taken. Parts without rows are left out. No
 * transaction and no connection stays open between two parts.
 */
export async function* wholeList<R>(
  readPart: (after: SortKey | undefined) => Promise<ListPart<R>>,
): AsyncGenerator<R[], void, undefined> {
  let after: SortKey | undefined;
  do {
    const { items, end } = await readPart(after);
    if (items.length > 0) yield items;
    after = end;
  } while (after);
}

/** How many rows of a list are read at once. */
const partSize = 1_000;

/** The parts of a list that is read by keys. `keyOf` returns a row's values of the sort. */
export const partsOf =
  <R>(list: (request: KeysetRequest) => Promise<R[]>, keyOf: (row: R) => SortKey) =>
  async (after: SortKey | undefined): Promise<ListPart<R>> => {
    const items = await list({ after, limit: partSize });
    const last = items.at(partSize - 1);
    return { items, end: last === undefined ? undefined : keyOf(last) };
  };

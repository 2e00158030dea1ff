import type { Database } from '@commerce-core/pg-pipeline';
import { withTransaction } from '../../database/transaction.ts';
import {
  addOrderCountsOf,
  addSalesOf,
  advanceReports,
  claimSlice,
  readOrdersToSearch,
  writeSearchRows,
  type SearchedOrder,
  type SearchRow,
} from '../../reporting/reporting-repository.ts';
import { searchWords } from '../../search-words.ts';

/**
 * Brings the reports up to the next events, up to `limit` of them. The position and all that follows from its events
 * commit together, so each event counts once.
 * @returns how many events were added; 0 without new ones, or while another process adds them
 */
export async function updateReports(database: Database, limit: number): Promise<number> {
  return withTransaction(database, async (tx) => {
    const slice = await claimSlice(tx, limit);
    if (!slice) return 0;
    writeSearchRows(tx, (await readOrdersToSearch(tx, slice)).map(searchRow));
    addSalesOf(tx, slice);
    addOrderCountsOf(tx, slice);
    advanceReports(tx, slice);
    return slice.upTo - slice.after;
  });
}

/**
 * What an order is found by. Of the e-mail address, the domain is no word: millions of orders can have the same one.
 */
function searchRow({ id, email, totalAmount, reference, names }: SearchedOrder): SearchRow {
  const address = email?.toLowerCase() ?? null;
  const words = searchWords([reference, ...names, address?.slice(0, address.lastIndexOf('@'))]);
  return { orderId: id, email: address, totalAmount, words: address ? [...new Set([...words, address])] : words };
}

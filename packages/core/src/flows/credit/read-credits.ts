import { listCredits, readCreditParts, type CreditFilter } from '../../credit/credit-repository.ts';
import type { PageRequest, Reader } from '../../database/page.ts';
import { creditView, type CreditView } from './credit-view.ts';

/** Reads credits with what became of them, those of the newest orders first. */
export async function readCreditViews(reader: Reader, filter: CreditFilter, page: PageRequest): Promise<CreditView[]> {
  const credits = await listCredits(reader, filter, page);
  const parts = await readCreditParts(
    reader,
    credits.map(({ orderId }) => orderId),
  );
  const partsOf = Map.groupBy(parts, ({ orderId }) => orderId);
  return credits.map((credit) => creditView(credit, partsOf.get(credit.orderId) ?? []));
}

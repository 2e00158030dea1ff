import type { PageRequest, Reader } from '../../database/page.ts';
import { CommerceError } from '../../errors.ts';
import { belongsTo } from '../../order/guest.ts';
import { readOrders } from '../../order/order-repository.ts';
import { listReturns, readReturn, readReturnLines, type ReturnFilter } from '../../returns/return-repository.ts';
import type { Return } from '../../returns/return.ts';
import { returnView, type ReturnView } from '../../returns/return-view.ts';

/**
 * Reads a return with its lines. With `customerId`, a return of another customer's order counts as unknown.
 * @throws return_not_found when there is no such return
 */
export async function readReturnView(
  reader: Reader,
  { returnId, customerId }: { returnId: string; customerId?: string | undefined },
): Promise<ReturnView> {
  const aReturn = await readReturn(reader, returnId);
  const [view] = aReturn ? await viewsOf(reader, [aReturn]) : [];
  const [order] = aReturn ? await readOrders(reader, [aReturn.orderId]) : [];
  if (view && order && belongsTo(order, customerId)) return view;
  throw new CommerceError('return_not_found', 'no such return');
}

/** Reads returns with their lines, the newest first. */
export async function readReturnViews(reader: Reader, filter: ReturnFilter, page: PageRequest): Promise<ReturnView[]> {
  return viewsOf(reader, await listReturns(reader, filter, page));
}

async function viewsOf(reader: Reader, returns: readonly Return[]): Promise<ReturnView[]> {
  const lines = await readReturnLines(
    reader,
    returns.map(({ id }) => id),
  );
  const orders = await readOrders(reader, new Set(returns.map(({ orderId }) => orderId)));
  const versions = new Map(orders.map(({ id, version }) => [id, version]));
  return returns.map((aReturn) => returnView(aReturn, lines, versions.get(aReturn.orderId) ?? 0));
}

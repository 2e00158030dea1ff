import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, decided, type Outcome } from '../../errors.ts';
import { readOrderIdsOfReturns } from '../../returns/return-repository.ts';
import type { Return, ReturnLine } from '../../returns/return.ts';
import { returnView, type ReturnView } from '../../returns/return-view.ts';
import { belongsTo } from '../../order/guest.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { RequestedParts } from '../../unit-of-work/lock-parts.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { readCapturing } from '../payment/lower-capture.ts';

/**
 * A return to change. With `customerId`, only one of that customer's order. With `expectedVersion`, only while its
 * order has this version.
 */
export type ReturnCommand = {
  returnId: string;
  customerId?: string | undefined;
  expectedVersion?: number | undefined;
};

/** What a return's order must have locked for the return's money. */
export const moneyParts = { money: true, credits: true, refundLines: true } as const;

/**
 * Locks the orders of returns, and changes one return after the other. With `money`, `capturing` are the payments that
 * are being captured.
 * @returns what `change` returns · refusals: return_not_found, order_changed, and those that `change` throws
 */
export async function changeReturns<C extends ReturnCommand, T>(
  tx: Transaction,
  commands: readonly C[],
  parts: RequestedParts,
  change: (order: LockedOrder, aReturn: Return, command: C, capturing: ReadonlySet<string>) => T,
): Promise<Outcome<T>[]> {
  const orderIds = await readOrderIdsOfReturns(
    tx.db,
    commands.map(({ returnId }) => returnId),
  );
  const work = await UnitOfWork.lock(tx, { orderIds: [...new Set(orderIds.values())], shipments: true, ...parts });
  const capturing = parts.money ? await readCapturing(tx, work) : new Set<string>();
  const outcomes = commands.map((command) =>
    decided(() => {
      const { order, aReturn } = locateReturn(work, orderIds, command);
      return change(order, aReturn, command, capturing);
    }),
  );
  work.write();
  return outcomes;
}

/**
 * Finds a return among locked orders, which `orderIds` names by return.
 * @throws return_not_found, order_changed
 */
export function locateReturn(
  work: UnitOfWork,
  orderIds: ReadonlyMap<string, string>,
  { returnId, customerId, expectedVersion }: ReturnCommand,
): { order: LockedOrder; aReturn: Return } {
  const order = work.orders.get(orderIds.get(returnId) ?? '');
  const aReturn = order?.returns.find(({ id }) => id === returnId);
  if (!order || !aReturn || !belongsTo(order.row, customerId))
    throw new CommerceError('return_not_found', 'no such return');
  order.requireVersion(expectedVersion);
  return { order, aReturn };
}

/** The lines of a return of a locked order. */
export const linesOfReturn = ({ returnLines }: Pick<LockedOrder, 'returnLines'>, { id }: Return): ReturnLine[] =>
  returnLines.filter(({ returnId }) => returnId === id);

/** A return of a locked order as callers see it, decided changes included. */
export function viewOfReturn(order: LockedOrder, returnId: string): ReturnView {
  const aReturn = order.returns.find(({ id }) => id === returnId);
  if (aReturn) return returnView(aReturn, order.returnLines, order.row.version);
  throw new Error(`order ${order.id} has no return ${returnId}`);
}

import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, decided, type Outcome } from '../../errors.ts';
import type { Return, ReturnFault, ReturnGoods } from '../../returns/return.ts';
import type { ReturnView } from '../../returns/return-view.ts';
import type { LineQuantity, LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { locateOrder } from '../order/locate-order.ts';
import { viewOfReturn } from './change-returns.ts';
import { isInTime, unclaimedUnits, type SentUnits } from './unclaimed-units.ts';

/**
 * A return to request. The caller makes `id` before the transaction. With `customerId`, the order's customer requests
 * it, which the policy limits in time.
 */
export type RequestReturnCommand = {
  id: string;
  orderId: string;
  customerId?: string | undefined;
  lines: readonly LineQuantity[];
  fault: ReturnFault;
  goods: ReturnGoods;
  reason?: string | undefined;
  expectedVersion?: number | undefined;
};

/**
 * For how many days after the delivery a customer may request a return; after the dispatch where no delivery is known.
 */
export type ReturnPolicy = { returnDays: number };

/**
 * Requests returns of units that have left. No unit is in two returns.
 * @returns the return in REQUESTED · refusals: order_not_found, order_changed, units_not_returnable, return_too_late
 */
export const requestReturns =
  (policy: ReturnPolicy) =>
  async (tx: Transaction, commands: readonly RequestReturnCommand[]): Promise<Outcome<ReturnView>[]> => {
    const work = await UnitOfWork.lock(tx, { orderIds: commands.map(({ orderId }) => orderId), shipments: true });
    const outcomes = commands.map((command): Outcome<ReturnView> => {
      const located = locateOrder(work, command);
      if (!located.ok) return located;
      return decided(() => request(located.value, command, policy));
    });
    work.write();
    return outcomes;
  };

function request(order: LockedOrder, command: RequestReturnCommand, policy: ReturnPolicy): ReturnView {
  order.requireVersion(command.expectedVersion);
  const { id: orderId, now } = order;
  const requested = command.lines.map((line) => {
    const unclaimed = unclaimedUnits(order, line.lineNo, policy.returnDays);
    requireReturnable(unclaimed, line);
    if (command.customerId !== undefined) requireInTime(unclaimed, line, { ...policy, now });
    return { ...line, replacementQty: replacementQtyOf(unclaimed, line.quantity) };
  });
  const { id, fault, goods, reason = null, lines } = command;
  const none = { declineReason: null, carrier: null, trackingNumber: null };
  const aReturn: Return = {
    id,
    orderId,
    status: 'REQUESTED',
    fault,
    goods,
    reason,
    ...none,
    createdAt: now,
    updatedAt: now,
  };
  order.addReturn(
    aReturn,
    requested.map(({ lineNo, quantity, replacementQty }) => ({
      returnId: id,
      orderId,
      lineNo,
      requestedQty: quantity,
      replacementQty,
      receivedQty: 0,
      restockedQty: 0,
      writtenOffQty: 0,
      missingQty: 0,
      replacedQty: 0,
      releasedQty: 0,
    })),
  );
  order.record('return.requested', { returnId: id, fault, goods, lines: [...lines] });
  return viewOfReturn(order, id);
}

/** The units of a return's line that came by replacements: those are taken first. */
function replacementQtyOf(unclaimed: readonly SentUnits[], quantity: number): number {
  return Math.min(quantity, unitsOf(unclaimed.filter(({ shipment }) => shipment.returnId !== null)));
}

function requireReturnable(unclaimed: readonly SentUnits[], { lineNo, quantity }: LineQuantity): void {
  const returnableQty = unitsOf(unclaimed);
  if (quantity <= returnableQty) return;
  const message = 'so many units of this line cannot be returned';
  throw new CommerceError('units_not_returnable', message, { lineNo, returnableQty });
}

function requireInTime(
  unclaimed: readonly SentUnits[],
  { lineNo, quantity }: LineQuantity,
  { returnDays, now }: ReturnPolicy & { now: Date },
): void {
  if (quantity <= unitsOf(unclaimed.filter(({ shipment }) => isInTime(shipment, now, returnDays)))) return;
  const message = `a customer can return goods for ${returnDays} days after they arrived`;
  throw new CommerceError('return_too_late', message, { lineNo, returnDays });
}

const unitsOf = (units: readonly SentUnits[]): number => units.reduce((sum, { quantity }) => sum + quantity, 0);

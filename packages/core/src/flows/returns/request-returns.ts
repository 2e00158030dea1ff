import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, decided, type Outcome } from '../../errors.ts';
import { claimedQty, type Return, type ReturnFault, type ReturnGoods } from '../../returns/return.ts';
import type { ReturnView } from '../../returns/return-view.ts';
import type { Shipment } from '../../shipping/shipment.ts';
import type { LineQuantity, LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { locateOrder } from '../order/locate-order.ts';
import { requireVersion, viewOfReturn } from './change-returns.ts';

/**
 * A return to request. The caller makes `id` before the transaction. With `customerId`, the order's customer requests it,
 * which the policy limits in time.
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

/** For how many days after the delivery a customer may request a return; after the dispatch where no delivery is known. */
export type ReturnPolicy = { returnDays: number };

const dayMs = 24 * 60 * 60 * 1_000;

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
  requireVersion(order, command.expectedVersion);
  for (const line of command.lines) requireReturnable(order, line);
  if (command.customerId !== undefined) for (const line of command.lines) requireInTime(order, line, policy);
  const { id, fault, goods, reason = null, lines } = command;
  const { id: orderId, now } = order;
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
    lines.map(({ lineNo, quantity }) => ({
      returnId: id,
      orderId,
      lineNo,
      requestedQty: quantity,
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

function requireReturnable(order: LockedOrder, { lineNo, quantity }: LineQuantity): void {
  const returns = new Map(order.returns.map((aReturn) => [aReturn.id, aReturn]));
  const claimed = order.returnLines
    .filter((line) => line.lineNo === lineNo)
    .reduce((sum, line) => {
      const aReturn = returns.get(line.returnId);
      return aReturn ? sum + claimedQty(aReturn, line) : sum;
    }, 0);
  const returnableQty = Math.max(unitsThat(order, lineNo, ({ shippedAt }) => shippedAt !== null) - claimed, 0);
  if (quantity <= returnableQty) return;
  const message = 'so many units of this line cannot be returned';
  throw new CommerceError('units_not_returnable', message, { lineNo, returnableQty });
}

function requireInTime(order: LockedOrder, { lineNo, quantity }: LineQuantity, { returnDays }: ReturnPolicy): void {
  const isInTime = ({ deliveredAt, shippedAt }: Shipment): boolean => {
    const since = deliveredAt ?? shippedAt;
    return since !== null && order.now.getTime() <= since.getTime() + returnDays * dayMs;
  };
  if (quantity <= unitsThat(order, lineNo, isInTime)) return;
  const message = `a customer can return goods for ${returnDays} days after they arrived`;
  throw new CommerceError('return_too_late', message, { lineNo, returnDays });
}

/** Units of a line in the shipments that meet a condition. */
function unitsThat({ shipments, shipmentLines }: LockedOrder, lineNo: number, isMeant: (one: Shipment) => boolean) {
  const meant = new Set(shipments.filter(isMeant).map(({ id }) => id));
  return shipmentLines
    .filter((line) => line.lineNo === lineNo && meant.has(line.shipmentId))
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

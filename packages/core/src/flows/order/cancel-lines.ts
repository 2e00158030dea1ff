import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, decided, invalidTransition, unwrap, type Outcome } from '../../errors.ts';
import { sumAmounts } from '../../money.ts';
import { unpaidStatuses } from '../../order/order.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import type { LineQuantity, LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { readCapturing, type CaptureContext } from '../payment/lower-capture.ts';
import { requireNoAttempt } from '../payment/require-no-attempt.ts';
import { giveBackUnits } from '../refund/give-back-units.ts';
import { priceUnits, unshippedQty } from '../refund/price-lines.ts';
import { unpackUnits } from '../shipping/unpack-units.ts';
import { cancelOrder } from './cancel-orders.ts';
import { locateOrder } from './locate-order.ts';
import type { PlacedOrder } from './place-orders.ts';

/**
 * Units of a paid order to cancel. With `customerId`, only an order of that customer. The caller makes `id`, the id of
 * this cancellation, and `refundId` before the transaction. The event log keeps `reason` for ever.
 */
export type CancelLinesCommand = {
  id: string;
  refundId: string;
  orderId: string;
  customerId?: string | undefined;
  lines: readonly LineQuantity[];
  reason?: string | undefined;
};

/**
 * Cancels units that have not shipped. They leave their shipments and are for sale again. What was paid for them is
 * refunded, or left out of the capture of a payment that is only authorized. When all units of an order of which
 * nothing has shipped are canceled, the order is CANCELED with all of its money, shipping included.
 * @returns the order · refusals: order_not_found, order_not_paid, invalid_transition, payment_in_progress (a new
 * attempt after a lost authorization), units_not_cancelable, capture_in_progress, amount_not_supported,
 * refund_exceeds_balance
 */
export const cancelLines =
  (gateways: ReadonlyMap<string, Gateway>) =>
  async (tx: Transaction, commands: readonly CancelLinesCommand[]): Promise<Outcome<PlacedOrder>[]> => {
    const orderIds = commands.map(({ orderId }) => orderId);
    const work = await UnitOfWork.lock(tx, {
      orderIds,
      money: true,
      credits: true,
      refundLines: true,
      shipments: true,
      stocks: 'all',
    });
    const context = { gateways, capturing: await readCapturing(tx, work) };
    const outcomes = commands.map((command) =>
      decided(() => {
        const order = unwrap(locateOrder(work, command));
        checkCancelable(order, command.lines);
        if (isAllOf(order, command.lines)) cancelOrder(order, command.reason);
        else cancelPart(order, command, context);
        return order.placed();
      }),
    );
    work.write();
    return outcomes;
  };

function checkCancelable(order: LockedOrder, lines: readonly LineQuantity[]): void {
  const { status } = order;
  if (unpaidStatuses.some((unpaid) => unpaid === status)) {
    const message = 'units are canceled after the payment; an unpaid order is canceled as a whole';
    throw new CommerceError('order_not_paid', message, { status });
  }
  if (status !== 'PAID') throw invalidTransition('order', status, 'CANCELED');
  requireNoAttempt(order);
  for (const { lineNo, quantity } of lines) {
    const cancelableQty = unshippedQty(order, lineNo);
    if (quantity <= cancelableQty) continue;
    const message = 'only units that have not shipped can be canceled';
    throw new CommerceError('units_not_cancelable', message, { lineNo, cancelableQty });
  }
}

/** Whether nothing of the order has shipped, and these are all units that could. */
function isAllOf(order: LockedOrder, lines: readonly LineQuantity[]): boolean {
  return order.row.fulfillmentStatus === 'UNFULFILLED' && unitsOf(lines) === unitsOf(order.unshippedLines());
}

function cancelPart(
  order: LockedOrder,
  { id: cancellationId, refundId, lines, reason }: CancelLinesCommand,
  context: CaptureContext,
): void {
  const units = priceUnits(order, lines);
  // The only step that can refuse comes first.
  const refund = giveBackUnits(order, units, refundId, context);
  const shipments = unpackUnits(order, lines);
  order.restock(lines, cancellationId);
  order.cancelUnits(lines);
  order.updateFulfillment();
  order.record('order.lines_canceled', {
    cancellationId,
    lines: lines.map(({ lineNo, quantity }) => ({ lineNo, quantity })),
    amount: sumAmounts(units.map(({ amount }) => amount)),
    currency: order.row.currency,
    refundId: refund?.id ?? null,
    shipments,
    ...(reason !== undefined && { reason }),
  });
}

const unitsOf = (lines: readonly LineQuantity[]): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);

import type { Transaction } from '@commerce-core/pg-pipeline';
import { decided, invalidTransition, type Outcome } from '../../errors.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import { newId } from '../../ids.ts';
import { paysForOrder } from '../../payment/payment.ts';
import {
  receiveUnits,
  transitionReturn,
  unitsNotInReturn,
  type ReceivedUnits,
  type Return,
} from '../../returns/return.ts';
import type { ReturnView } from '../../returns/return-view.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { CaptureContext } from '../payment/lower-capture.ts';
import { contestOf, disputeOpen } from '../refund/refundable.ts';
import { changeReturns, linesOfReturn, moneyParts, viewOfReturn, type ReturnCommand } from './change-returns.ts';
import { priceReturn } from './price-return.ts';
import { refundReturn } from './refund-returns.ts';
import { raiseWhenRefused } from './return-attention.ts';

/** Units of a return that came back, or are known to be missing. */
export type ReceiveReturnCommand = ReturnCommand & { lines: readonly ReceivedUnits[] };

/** Whether a receipt refunds what came back at once, if nothing holds the refund. */
export type ReceiptPolicy = { refundsAtOnce: boolean; gateways: ReadonlyMap<string, Gateway> };

/**
 * Receives units of returns, in as many steps as they come. Restocked units are for sale again. The order's fulfillment
 * status follows.
 * @returns the return in RECEIVED · refusals: return_not_found, order_changed, invalid_transition, units_not_in_return
 */
export const receiveReturns =
  (policy: ReceiptPolicy) =>
  async (tx: Transaction, commands: readonly ReceiveReturnCommand[]): Promise<Outcome<ReturnView>[]> =>
    changeReturns(tx, commands, { ...moneyParts, stocks: 'all' }, (order, aReturn, { lines }, capturing) => {
      const received = receive(order, aReturn, lines);
      if (policy.refundsAtOnce) {
        const context = { gateways: policy.gateways, capturing };
        raiseWhenRefused(
          order,
          decided(() => refundAtOnce(order, received, context)),
        );
      }
      return viewOfReturn(order, aReturn.id);
    });

/** Refunds what came back. A refund that a dispute or the gateway's rules hold is left to an operator. */
function refundAtOnce(order: LockedOrder, received: Return, context: CaptureContext): void {
  const dispute = order.payments.filter(paysForOrder).flatMap((payment) => contestOf(order, payment) ?? [])[0];
  // The bank may have decided, or decide, about these very goods.
  if (dispute) throw disputeOpen(dispute);
  // Units that cost nothing are left to be replaced.
  if (priceReturn(order, received, []).amount > 0) refundReturn(order, received, { id: newId(), fees: [] }, context);
}

function receive(order: LockedOrder, aReturn: Return, units: readonly ReceivedUnits[]): Return {
  const { id: returnId, goods, status } = aReturn;
  if (goods === 'KEPT') throw invalidTransition('return', status, 'RECEIVED');
  const received = transitionReturn(aReturn, 'RECEIVED', order.now);
  const lines = linesOfReturn(order, aReturn);
  const changed = units.map((unit) => {
    const line = lines.find(({ lineNo }) => lineNo === unit.lineNo);
    if (!line) throw unitsNotInReturn(unit, 0);
    return receiveUnits(line, unit);
  });
  order.setReturn(received);
  for (const line of changed) order.setReturnLine(line);
  const receiptId = newId();
  order.returnStock(
    units.flatMap(({ lineNo, restockQty }) => (restockQty > 0 ? [{ lineNo, quantity: restockQty }] : [])),
    receiptId,
  );
  order.updateFulfillment();
  order.record('return.received', { returnId, receiptId, lines: [...units] });
  return received;
}

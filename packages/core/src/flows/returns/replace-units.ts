import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, invalidTransition, type Outcome } from '../../errors.ts';
import { requireRecipient } from '../../order/order.ts';
import { unitsNotInReturn, type Return } from '../../returns/return.ts';
import type { ReturnView } from '../../returns/return-view.ts';
import type { LineQuantity, LockedOrder } from '../../unit-of-work/locked-order.ts';
import { changeReturns, linesOfReturn, moneyParts, viewOfReturn, type ReturnCommand } from './change-returns.ts';
import { owedUnits } from './price-return.ts';
import { endReturnAttention } from './return-attention.ts';

/** Units of a return that are sent once more. */
export type ReplaceUnitsCommand = ReturnCommand & { lines: readonly LineQuantity[] };

/**
 * Sends units once more, in place of those that came back or that the customer keeps. Their shipment is one of its own,
 * and takes free units: they aren't sold again, and aren't refunded any more.
 * @returns the return · refusals: return_not_found, order_changed, order_redacted, units_not_in_return,
 * insufficient_stock
 */
export const replaceUnits = async (
  tx: Transaction,
  commands: readonly ReplaceUnitsCommand[],
): Promise<Outcome<ReturnView>[]> => changeReturns(tx, commands, { ...moneyParts, stocks: 'all' }, replace);

function replace(order: LockedOrder, aReturn: Return, { lines }: ReplaceUnitsCommand): ReturnView {
  requireRecipient(order.row);
  const returned = linesOfReturn(order, aReturn);
  const changed = lines.map(({ lineNo, quantity }) => {
    const line = returned.find((one) => one.lineNo === lineNo);
    const owed = owedUnits(order, aReturn, lineNo);
    if (!line || quantity > owed) throw unitsNotInReturn({ lineNo }, owed);
    return { ...line, replacedQty: line.replacedQty + quantity };
  });
  const products = order.shortages(lines);
  if (products.length > 0) throw new CommerceError('insufficient_stock', 'there is not enough stock', { products });
  for (const line of changed) order.setReturnLine(line);
  const shipmentId = order.packShipment(lines, aReturn.id);
  order.replaceStock(lines, shipmentId);
  order.record('return.replaced', { returnId: aReturn.id, shipmentId, lines: [...lines] });
  endReturnAttention(order);
  return viewOfReturn(order, aReturn.id);
}

/** A replacement to cancel: a READY shipment of the return. */
export type CancelReplacementCommand = ReturnCommand & { shipmentId: string };

/**
 * Cancels replacements that haven't left. Their units are for sale again, and the return owes them once more.
 * @returns the return · refusals: return_not_found, order_changed, shipment_not_found, invalid_transition (it has left,
 * or is CANCELED)
 */
export const cancelReplacements = async (
  tx: Transaction,
  commands: readonly CancelReplacementCommand[],
): Promise<Outcome<ReturnView>[]> => changeReturns(tx, commands, { ...moneyParts, stocks: 'all' }, cancel);

function cancel(order: LockedOrder, aReturn: Return, { shipmentId }: CancelReplacementCommand): ReturnView {
  const { id: returnId } = aReturn;
  const shipment = order.shipments.find((one) => one.id === shipmentId && one.returnId === returnId);
  if (!shipment) throw new CommerceError('shipment_not_found', 'the return has no such replacement');
  if (shipment.status !== 'READY') throw invalidTransition('shipment', shipment.status, 'CANCELED');
  const lines = order.linesOfShipment(shipmentId);
  order.cancelShipment(shipment);
  order.restock(lines, shipmentId);
  for (const line of linesOfReturn(order, aReturn)) {
    const quantity = lines.find(({ lineNo }) => lineNo === line.lineNo)?.quantity ?? 0;
    if (quantity > 0) order.setReturnLine({ ...line, replacedQty: line.replacedQty - quantity });
  }
  order.record('return.replacement_canceled', { returnId, shipmentId, lines });
  return viewOfReturn(order, returnId);
}

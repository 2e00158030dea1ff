import { z } from 'zod';
import { returnFaults, returnGoods } from '../returns/return.ts';
import {
  amount,
  currency,
  id,
  lineNo,
  lineQuantity,
  orderEvent,
  refund,
  returnId,
  shipmentId,
  trackingNumber,
} from './payload-fields.ts';

const units = z.int().min(0);
const newOrderId = id.describe('The order in exchange.');

/** The events of an order's returns by type, in the past tense. They hold none of the texts that people wrote. */
export const returnEventPayloads = {
  'return.requested': orderEvent('A customer or an operator asks to take units of an order back.', {
    returnId,
    fault: z.enum(returnFaults).describe('Whose fault the return is.'),
    goods: z.enum(returnGoods).describe('EXPECTED: they come back. KEPT: they were damaged or lost.'),
    lines: z.array(z.strictObject(lineQuantity)),
  }),
  'return.approved': orderEvent('An operator agreed to a return.', {
    returnId,
    fault: z.enum(returnFaults).describe('Whose fault the return is, as the operator decided.'),
    carrier: trackingNumber.carrier.nullable().describe('Of the return label, as the operator gave it.'),
    trackingNumber: trackingNumber.trackingNumber.nullable().describe('The number of the return label.'),
  }),
  'return.declined': orderEvent('An operator refused a return.', { returnId }),
  'return.canceled': orderEvent('A return that had not come back was given up.', { returnId }),
  'return.received': orderEvent('Goods of a return came back. No money moves by that.', {
    returnId,
    receiptId: id.describe('The receipt, which is the cause of the stock movements.'),
    lines: z.array(
      z.strictObject({
        lineNo,
        restockQty: units.describe('Units that are for sale again.'),
        writeOffQty: units.describe('Units that came back and can not be sold.'),
        missingQty: units.describe('Units that were requested and did not come.'),
      }),
    ),
  }),
  'return.refunded': orderEvent('It was decided to give back what was paid for what a return brought back.', {
    returnId,
    refundId: refund.refundId
      .nullable()
      .describe('Null when no refund was needed: the capture was lowered, the order costs less, or the amount is 0.'),
    amount,
    currency,
  }),
  'return.replaced': orderEvent('Units of a return are sent once more, by a shipment of their own.', {
    returnId,
    shipmentId,
    lines: z.array(z.strictObject(lineQuantity)),
  }),
  'return.replacement_canceled': orderEvent(
    'A replacement was canceled before it left. The return owes its units again, and they are for sale.',
    { returnId, shipmentId, lines: z.array(z.strictObject(lineQuantity)) },
  ),
  'return.exchanged': orderEvent('What a return brought back pays for another order.', {
    returnId,
    newOrderId,
    amount: amount.describe('What it pays of the other order, in minor units of `currency`.'),
    currency,
    refundId: refund.refundId.nullable().describe('The refund of what is left; null where nothing is.'),
    lines: z.array(z.strictObject(lineQuantity)).describe('The units that pay, shipping as one unit.'),
  }),
  'return.credit_released': orderEvent(
    'The order that a return was to pay for ended unpaid. The units of the return are owed again.',
    { returnId, newOrderId, amount, currency },
  ),
  'return.credit_refunded': orderEvent(
    'Another order does not need a part of what a return had paid for it. That part goes back by a refund.',
    {
      returnId,
      newOrderId,
      amount,
      currency,
      refundId: refund.refundId.nullable().describe('Null when an operator has to decide on the refund.'),
    },
  ),
  'return.closed': orderEvent('A return ended. Units that had not come count as missing.', { returnId }),
};

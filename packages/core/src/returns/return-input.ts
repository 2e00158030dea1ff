import { z } from 'zod';
import { id } from '../ids.ts';
import { listOf, listOfLines, pageInput } from '../list-input.ts';
import { line } from '../text.ts';
import { placeOrderInput } from '../order/order-input.ts';
import { returnFaults, returnGoods, returnStatuses } from './return.ts';

const expectedVersion = z.int().min(1);
const lineNo = z.int().min(1).max(32_767);
const units = z.int().min(0).max(1_000_000).default(0);
const unitsOfLine = z.strictObject({ lineNo, quantity: z.int().min(1).max(1_000_000) });
const linesMax = 1_000;

/** `fault` defaults to the customer's, `goods` to EXPECTED. */
export const requestReturnInput = z.strictObject({
  orderId: id,
  lines: listOfLines(unitsOfLine, linesMax),
  fault: z.enum(returnFaults).default('CUSTOMER'),
  goods: z.enum(returnGoods).default('EXPECTED'),
  reason: line(500).optional(),
  expectedVersion: expectedVersion.optional(),
});

export const returnIdInput = z.strictObject({ returnId: id });
/** A return to change. `expectedVersion` is the version of its order, as the caller has read it. */
export const changeReturnInput = returnIdInput.extend({ expectedVersion: expectedVersion.optional() });

/** The carrier and number of the return label, both or neither. `fault` defaults to the one that was requested. */
export const approveReturnInput = changeReturnInput
  .extend({
    fault: z.enum(returnFaults).optional(),
    carrier: line(100).optional(),
    trackingNumber: line(100).optional(),
  })
  .refine(({ carrier, trackingNumber }) => (carrier === undefined) === (trackingNumber === undefined), {
    path: ['trackingNumber'],
    message: 'must be given together with carrier',
  });

/** The units that are sent once more. */
export const replaceReturnInput = changeReturnInput.extend({ lines: listOfLines(unitsOfLine, linesMax) });

/** A READY shipment that replaces units of the return. */
export const cancelReplacementInput = changeReturnInput.extend({ shipmentId: id });

export const declineReturnInput = changeReturnInput.extend({ reason: line(500).optional() });

const receivedLine = z
  .strictObject({ lineNo, restockQty: units, writeOffQty: units, missingQty: units })
  .refine(({ restockQty, writeOffQty, missingQty }) => restockQty + writeOffQty + missingQty > 0, 'must have a unit');

export const receiveReturnInput = changeReturnInput.extend({ lines: listOfLines(receivedLine, linesMax) });

const fees = listOf(z.strictObject({ name: line(100), amount: z.int().min(1) }), 10, 0).default([]);

/** `fees` are kept back: at most 10, in minor units of the order's currency. */
export const previewReturnInput = returnIdInput.extend({ fees });
/** `despiteDispute` refunds what an open dispute may take, too. */
export const refundReturnInput = previewReturnInput.extend({
  expectedVersion,
  despiteDispute: z.boolean().optional(),
});

/**
 * What a customer gets in exchange for units of a return: by default for all that it owes. The new order has the
 * contact of the old one, and its address unless another one is given.
 */
export const previewExchangeInput = previewReturnInput.extend({
  lines: listOfLines(unitsOfLine, linesMax).optional(),
  order: placeOrderInput.omit({ contact: true }),
});
export const exchangeReturnInput = previewExchangeInput.extend({ expectedVersion: expectedVersion.optional() });

export const listReturnsInput = z.strictObject({
  ...pageInput,
  orderId: id.optional(),
  status: z.enum(returnStatuses).optional(),
  sort: z.enum(['-createdAt', 'createdAt']).default('-createdAt'),
});

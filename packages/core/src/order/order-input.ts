import { z } from 'zod';
import { id } from '../ids.ts';
import { country, fieldsNeededIn } from '../countries.ts';
import { listOf, listOfLines } from '../list-input.ts';
import { line, optionalLine, optionalText, paragraphs } from '../text.ts';
import { isGuestId } from './guest.ts';
import { metadata } from '../metadata.ts';
import { orderNumberIn } from './order-number.ts';
import { noteLengthMax } from './order.ts';

/** Lines of one order. */
export const linesMax = 2_000;
/** Units of one product in one line. */
export const quantityMax = 1_000_000;

/** The message about an order without lines, which has an error code of its own. */
export const emptyOrder = 'an order needs at least one line';

const orderLine = z.strictObject({ productId: id, quantity: z.int().min(1).max(quantityMax) });

const orderLines = listOf(orderLine, linesMax, 1, emptyOrder);

const addressFields = z.strictObject({
  name: line(200),
  line1: line(200),
  line2: optionalLine(200),
  city: optionalLine(100),
  region: optionalLine(100),
  postalCode: optionalLine(20),
  country,
  phone: optionalLine(40),
});

/** An address with what the country needs: a city, a state or province, a postal code. */
export const address = addressFields.superRefine((given, context) => {
  for (const field of fieldsNeededIn(given.country))
    if (given[field] === undefined)
      context.addIssue({ code: 'custom', path: [field], message: `is needed in an address in ${given.country}` });
});

/** An e-mail address in any script (RFC 6531), without a quoted part: only a mail server knows more. */
const mail = /^[^\s@"<>(),:;[\]\\]{1,64}@[^\s@.]+(?:\.[^\s@.]+)+$/u;

const mailAddress = line(254).regex(mail, 'must be an e-mail address');

export const contact = z.strictObject({
  name: optionalLine(200),
  email: optionalText(mailAddress),
  phone: optionalLine(40),
});

/** The customer's id in the shop's own accounts. */
export const customerId = line(200);

function hasNoMail(text: string): boolean {
  return !/[^\s@](?:@|%40)[^\s@]+\.[^\s@]/i.test(text);
}

/**
 * The customer's id of a new order. The event `order.created` keeps it for ever, so that personal data must not be in
 * it.
 */
export const newCustomerId = customerId
  .refine(
    hasNoMail,
    'must not be an e-mail address: it is kept for ever in the event log; give an id of the shop’s accounts',
  )
  .refine((text) => !isGuestId(text), 'must not be the id of a guest; give an id of the shop’s accounts');

/** An order as a shopper sends it. Prices come from the catalogue, never from the shopper. */
export const placeOrderInput = z.strictObject({
  lines: orderLines,
  contact: contact.optional(),
  shippingAddress: address.optional(),
  reference: optionalLine(200),
  metadata: metadata.optional(),
  shippingOptionId: id.optional(),
  /** The total that the shopper has seen, in minor units. */
  expectedTotalAmount: z.int().min(0).optional(),
});

/** An order of a shopper without an account, of at most `unitsMax` units. The shop needs a way to reach the shopper. */
export const placeGuestOrderInput = (unitsMax: number) =>
  placeOrderInput.superRefine(({ contact: given, lines }, context) => {
    if (given?.email === undefined)
      context.addIssue({
        code: 'custom',
        path: ['contact', 'email'],
        message: 'is needed for an order without an account',
      });
    if (lines.reduce((sum, { quantity }) => sum + quantity, 0) > unitsMax)
      context.addIssue({ code: 'custom', path: ['lines'], message: `a guest may order ${unitsMax} units at most` });
  });

/** An order's number as a person writes it. */
const orderNumber = line(20).transform((text, context) => {
  const number = orderNumberIn(text);
  if (number === undefined) context.addIssue({ code: 'custom', message: 'must be a number like 4F7K-29QD' });
  return number ?? z.NEVER;
});

/** Which guests' orders to find: those with this e-mail address, by the order's id, its number or its reference. */
export const findGuestOrdersInput = z
  .strictObject({
    email: mailAddress,
    orderId: id.optional(),
    number: orderNumber.optional(),
    reference: line(200).optional(),
  })
  .refine((given) => [given.orderId, given.number, given.reference].filter((one) => one !== undefined).length === 1, {
    path: ['orderId'],
    error: 'give one of orderId, number and reference',
  });

/** An order to price. Of the address, the country is enough. */
export const quoteOrderInput = z.strictObject({
  lines: orderLines,
  shippingAddress: z
    .strictObject({ ...addressFields.shape, name: optionalLine(200), line1: optionalLine(200) })
    .optional(),
  metadata: metadata.optional(),
  shippingOptionId: id.optional(),
});

export type QuoteOrder = z.output<typeof quoteOrderInput>;
export type PlaceOrder = z.output<typeof placeOrderInput>;

/**
 * What an order is to have; what is undefined stays. `expectedVersion` is that of the order as the caller has read it.
 */
export const updateOrderInput = z.strictObject({
  orderId: id,
  expectedVersion: z.int().min(1),
  contact: contact.optional(),
  shippingAddress: address.optional(),
  reference: optionalLine(200),
  metadata: metadata.optional(),
});

export type UpdateOrder = z.output<typeof updateOrderInput>;

/** `lastEventId`: the version of the order that the caller has seen last. */
export const watchOrderInput = z.strictObject({
  orderId: id,
  lastEventId: z
    .string()
    .regex(/^\d{1,9}$/, 'must be the version of an order')
    .optional(),
});

/** Units of 1 to 1,000 lines to cancel. The event log keeps `reason` for ever. */
export const cancelLinesInput = z.strictObject({
  orderId: id,
  lines: listOfLines(z.strictObject({ lineNo: z.int().min(1).max(32_767), quantity: z.int().min(1) }), 1_000),
  reason: line(200)
    .refine(hasNoMail, 'must not contain an e-mail address: it is kept for ever in the event log')
    .optional(),
});

/** An order to cancel. `expectedVersion` is that of the order as the caller has read it. */
export const cancelOrderInput = z.strictObject({ orderId: id, expectedVersion: z.int().min(1).optional() });

/** A note of an operator about an order. */
export const noteOrderInput = z.strictObject({ orderId: id, text: paragraphs(noteLengthMax) });

export const orderIdInput = z.strictObject({ orderId: id });

/** A history is read from its beginning. `cursor` is the last version of the previous page. */
export const orderHistoryInput = z.strictObject({
  orderId: id,
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
  limit: z.int().min(1).max(500).default(100),
});

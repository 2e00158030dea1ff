import { z } from 'zod';
import { httpUrl, isWebhookSecret } from './gateways-from-env.ts';
import { someNumber, wholeNumber } from './numbers.ts';

/** The variables of what an order costs. */
export const priceVariables = {
  QUOTE_URL: httpUrl
    .optional()
    .describe('The shop’s own pricing service, which adds discounts, taxes and fees to orders.'),
  QUOTE_SECRET: z
    .string()
    .refine(isWebhookSecret, 'must be whsec_ and at least 16 bytes in base64')
    .optional()
    .describe('Signs the requests to the pricing service. Set it together with `QUOTE_URL`.'),
  REQUIRE_SHIPPING_OPTION: z
    .enum(['on', 'off'])
    .default('off')
    .describe('`on` refuses orders without a shipping option.'),
};

/** The variables of reservations and returns. */
export const orderVariables = {
  RESERVATION_MINUTES: someNumber(0.05, 7 * 24 * 60)
    .default(30)
    .describe('How long an unpaid order reserves its stock. 0.1 is six seconds, for trials.'),
  FEW_LEFT_QTY: wholeNumber(0, 1_000_000)
    .default(5)
    .describe('Up to how many units of a product everyone reads `FEW_LEFT`.'),
  RETURN_DAYS: wholeNumber(0, 3_650)
    .default(30)
    .describe('For how many days after the delivery a customer may request a return.'),
  RETURN_AUTO_REFUND: z
    .enum(['on', 'off'])
    .default('off')
    .describe('`on` refunds what a return brings back as soon as it is received.'),
};

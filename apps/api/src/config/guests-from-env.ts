import { guestLimitsDefault, type GuestLimits } from '@commerce-core/core';
import { z } from 'zod';
import { guestOrderDefaults, type GuestOrderOptions } from '../guests/guest-orders.ts';
import { rotated } from './gateways-from-env.ts';
import { list } from './list.ts';
import { someNumber, wholeNumber } from './numbers.ts';

const dayMs = 24 * 60 * 60_000;

/** The variables of orders without an account. */
export const guestVariables = {
  GUEST_ORDERS: z
    .enum(['on', 'off'])
    .default('off')
    .describe('`on` lets shoppers without an account order; the order comes with a token that opens it.'),
  GUEST_TOKEN_SECRETS: list
    .refine(
      (all) => all.length > 0 && all.every((secret) => Buffer.byteLength(secret) >= 32),
      'must have at least 32 bytes each',
    )
    .optional()
    .describe(`Sign the tokens of guests’ orders. ${rotated} Without them \`CUSTOMER_JWT_SECRET\` does.`),
  GUEST_ACCESS_DAYS: someNumber(0.001, 3_650)
    .default(guestOrderDefaults.accessMs / dayMs)
    .describe('How long such a token is valid.'),
  GUEST_CALLS_PER_ADDRESS: wholeNumber(1)
    .default(guestOrderDefaults.callsPerAddressMax)
    .describe(
      'Orders of guests a minute and process from one network, and renewals of tokens for one e-mail. Then 429.',
    ),
  GUEST_CALLS_IN_ALL: wholeNumber(1)
    .default(guestOrderDefaults.callsInAllMax)
    .describe('The same from all networks together.'),
  GUEST_UNPAID_PER_ADDRESS: wholeNumber(0)
    .default(guestLimitsDefault.unpaidPerOriginMax)
    .describe('Unpaid orders of guests at once from one network. 0 lets no guest order, and open orders stay open.'),
  GUEST_UNPAID_IN_ALL: wholeNumber(0)
    .default(guestLimitsDefault.unpaidMax)
    .describe('The same from all networks together.'),
  GUEST_UNITS_PER_ORDER: wholeNumber(1)
    .default(guestLimitsDefault.unitsMax)
    .describe('Units of one order of a guest at most.'),
};

const guestEnv = z.object({
  ...guestVariables,
  CUSTOMER_JWT_SECRET: z.string().optional(),
  CLIENT_ADDRESS_HEADER: z.string().optional(),
});
type GuestEnv = z.output<typeof guestEnv>;

/** Returns what is wrong between the variables. */
export const guestIssues = (env: GuestEnv): { name: keyof GuestEnv; message: string }[] =>
  env.GUEST_ORDERS === 'on' && secretsOf(env).length === 0
    ? [{ name: 'GUEST_TOKEN_SECRETS', message: 'is missing: GUEST_ORDERS needs it, or CUSTOMER_JWT_SECRET' }]
    : [];

const secretsOf = ({ GUEST_TOKEN_SECRETS, CUSTOMER_JWT_SECRET }: GuestEnv): readonly string[] =>
  GUEST_TOKEN_SECRETS ?? (CUSTOMER_JWT_SECRET === undefined ? [] : [CUSTOMER_JWT_SECRET]);

/** Returns what `startApi` takes as `guestOrders`; undefined when guests may not order. */
export function guestOrdersFromEnv(env: GuestEnv): GuestOrderOptions | undefined {
  if (env.GUEST_ORDERS === 'off') return undefined;
  return {
    secrets: secretsOf(env),
    accessMs: env.GUEST_ACCESS_DAYS * dayMs,
    callsPerAddressMax: env.GUEST_CALLS_PER_ADDRESS,
    callsInAllMax: env.GUEST_CALLS_IN_ALL,
    addressHeader: env.CLIENT_ADDRESS_HEADER,
  };
}

/** Returns what `createCommerce` takes as `guestLimits`. */
export const guestLimitsFromEnv = (env: GuestEnv): GuestLimits => ({
  unpaidMax: env.GUEST_UNPAID_IN_ALL,
  unpaidPerOriginMax: env.GUEST_UNPAID_PER_ADDRESS,
  unitsMax: env.GUEST_UNITS_PER_ORDER,
});

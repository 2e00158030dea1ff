import { test } from 'vitest';

export const providers = ['mock', 'stripe', 'toss', 'portone'] as const;
export type Provider = (typeof providers)[number];

const capturesAtOnce = 'it captures when it approves';
const isNotInitiated = 'the client initiates an attempt, not the server';
const mayRetry = 'a failed attempt may still succeed';

/** The abilities that cases need, each with the providers that lack it and the reason. */
const abilities = {
  anything: {},
  /** Authorizes first and captures with a separate call. */
  authorizes: { toss: capturesAtOnce, portone: capturesAtOnce },
  /** Reports that an attempt has failed for ever. */
  fails: { stripe: mayRetry, portone: mayRetry },
  /** Reports a failed try of an attempt that may still succeed. */
  failsATry: { toss: 'a failed attempt has failed for ever' },
  /** The server initiates an attempt there. */
  isInitiatedByServer: { mock: isNotInitiated, toss: isNotInitiated },
  /** Its webhooks have amounts. */
  reportsAmounts: {
    toss: 'its webhooks only name a payment, which the shop polls',
    portone: 'its webhooks only name a payment, which the shop polls',
  },
  /** Its messages have ids of their own. */
  numbersMessages: { toss: 'a message’s id is derived from its content' },
  signs: { toss: 'its webhooks are not signed' },
  disputes: { toss: 'it does not report disputes' },
  decidesDisputes: { toss: 'it does not report disputes', portone: 'it does not report who won' },
  refundsDeposits: {
    toss: 'it needs an account of the shopper',
    portone: 'it needs an account of the shopper',
  },
  /** Refunds a deposit only to an account that the shopper names. */
  needsRefundAccount: { mock: 'it refunds a deposit without one', stripe: 'it refunds a deposit without one' },
} as const satisfies Record<string, Partial<Record<Provider, string>>>;
export type Ability = keyof typeof abilities;

/** Adds one test of a case for each provider that has the ability. */
export function testEach(title: string, needs: Ability, run: (provider: Provider) => Promise<void>): void {
  const unable: Partial<Record<Provider, string>> = abilities[needs];
  for (const provider of providers.filter((one) => unable[one] === undefined)) {
    // oxlint-disable-next-line vitest/expect-expect -- `run` has the expectations.
    test(`${provider}: ${title}`, async () => run(provider));
  }
}

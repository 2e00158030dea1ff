import { test } from 'vitest';

export const providers = ['mock', 'stripe', 'toss', 'portone'] as const;
export type Provider = (typeof providers)[number];

const capturesAtOnce = 'it captures as it approves';
const isntTold = 'the shop begins an attempt without telling it';
const mayTryAgain = 'an attempt that failed there may still succeed';

/** What each provider can do, or why it can't. */
const abilities = {
  anything: {},
  /** Authorizes first and captures by a call. */
  authorizes: { toss: capturesAtOnce, portone: capturesAtOnce },
  /** Says for good that an attempt failed. */
  fails: { stripe: mayTryAgain, portone: mayTryAgain },
  /** Says that one try failed, and the next one may not. */
  failsATry: { toss: 'an attempt that failed there has failed for good' },
  /** Has to be told of an attempt. */
  isTold: { mock: isntTold, toss: isntTold },
  /** Tells amounts in its webhooks, which can contradict each other. */
  tellsAmounts: {
    toss: 'its webhooks only name a payment to ask for',
    portone: 'its webhooks only name a payment to ask for',
  },
  /** Gives its messages ids of their own. */
  numbersMessages: { toss: 'the id of a message is made of all that it says' },
  signs: { toss: 'its webhooks are not signed' },
  disputes: { toss: 'it tells of no disputes' },
  decidesDisputes: { toss: 'it tells of no disputes', portone: 'it does not tell who won' },
  tellsFailedRefunds: { portone: 'it sends no webhook of a cancel that came to nothing' },
  refundsDeposits: {
    toss: 'it wants to know an account of the shopper',
    portone: 'it wants to know an account of the shopper',
  },
  /** Sends a deposit back only to an account that the shopper names. */
  wantsAccount: { mock: 'it sends a deposit back as it came', stripe: 'it sends a deposit back as it came' },
} as const satisfies Record<string, Partial<Record<Provider, string>>>;
export type Ability = keyof typeof abilities;

/** One test of a case for each provider where it can happen. */
export function testEach(title: string, needs: Ability, run: (provider: Provider) => Promise<void>): void {
  const unable: Partial<Record<Provider, string>> = abilities[needs];
  for (const provider of providers.filter((one) => unable[one] === undefined)) {
    // oxlint-disable-next-line vitest/expect-expect -- What it runs does.
    test(`${provider}: ${title}`, async () => run(provider));
  }
}

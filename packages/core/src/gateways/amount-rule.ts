import { CommerceError } from '../errors.ts';

/**
 * The amounts of one currency that a gateway takes, in minor units. Payments and captures are multiples of `step` from
 * `min` to `max`; refunds are multiples of `step`.
 */
export type AmountRule = { step: number; min: number; max: number };

/** The rule of a gateway that takes every amount of every currency. */
export const anyAmount = (): AmountRule => ({ step: 1, min: 0, max: Number.MAX_SAFE_INTEGER });

/** A gateway, as far as its amounts go. */
type AmountTaker = { provider: string; amountRule: (currency: string) => AmountRule | undefined };

/** What an amount is for. */
export type AmountUse = 'payment' | 'capture' | 'refund';

/**
 * Checks an amount by its gateway's rule, before the shop promises anything.
 * @param amount in minor units of `currency`
 * @returns the refusal `amount_not_supported`; undefined when the gateway takes the amount
 */
export function amountRefusal(
  { provider, amountRule }: AmountTaker,
  use: AmountUse,
  { amount, currency }: { amount: number; currency: string },
): CommerceError | undefined {
  const rule = amountRule(currency);
  const problem = rule ? problemOf(rule, use, amount) : 'takes no payments in this currency';
  if (problem === undefined) return undefined;
  const message = `${provider} ${problem}: a ${use} of ${amount} minor units of ${currency} is not possible`;
  const { step = null, min = null, max = null } = rule ?? {};
  return new CommerceError('amount_not_supported', message, { provider, currency, amount, step, min, max });
}

/** Like `amountRefusal`, by the provider's name. An amount of a provider that is not configured is not checked. */
export function amountRefusalOf(
  gateways: ReadonlyMap<string, AmountTaker>,
  provider: string,
  use: AmountUse,
  money: { amount: number; currency: string },
): CommerceError | undefined {
  const gateway = gateways.get(provider);
  return gateway && amountRefusal(gateway, use, money);
}

function problemOf({ step, min, max }: AmountRule, use: AmountUse, amount: number): string | undefined {
  if (amount % step !== 0) return `takes multiples of ${step} only`;
  if (use === 'refund') return undefined;
  if (amount < min) return `takes at least ${min}`;
  return amount > max ? `takes at most ${max}` : undefined;
}

import { retentionRuleNames } from '../../retention/retention-rule.ts';
import type { Context } from '../../run/context.ts';

/** What a process was started with that may be shown: names and times, no addresses and no secrets. */
export type ShownSettings = {
  providers: string[];
  trackingProviders: string[];
  eventSinks: string[];
  /** Whether the process can send webhooks: it has a key for secrets. */
  deliversWebhooks: boolean;
  /** How long an unpaid order keeps its stock. */
  reservationSeconds: number;
  /** How long a gateway may send nothing about a payment before the payment is polled. */
  pollAfterSeconds: number;
  returnDays: number;
  /** Whether an order must have a shipping option. */
  requiresShippingOption: boolean;
  /** How many days each rule of retention keeps its rows. */
  keepDays: {
    rule: string;
    /** @decimal */
    days: number;
  }[];
};

/** The settings of a process as operators may see them. */
export const settingsOf = (context: Context): ShownSettings => ({
  providers: [...context.gateways.byProvider.keys()],
  trackingProviders: [...context.tracking.byName.keys()],
  eventSinks: [...context.sinks.keys()],
  deliversWebhooks: context.webhooks.secretsKey !== undefined,
  reservationSeconds: context.reservationMs / 1_000,
  pollAfterSeconds: context.pollAfterMs / 1_000,
  returnDays: context.returnDays,
  requiresShippingOption: context.requireShippingOption,
  keepDays: retentionRuleNames.map((rule) => ({ rule, days: context.keepMs[rule] / 86_400_000 })),
});

import {
  keepMsOf,
  retentionRuleNames,
  retentionRules,
  type Retention,
  type RetentionRuleName,
} from '@commerce-core/core';
import { z } from 'zod';
import { someNumber } from './numbers.ts';

const timeOf = (name: RetentionRuleName) => {
  const { min, max, usual, unit, goes, countsFrom } = retentionRules[name];
  const described = `For how many ${unit} this is kept: ${goes}. The time counts from ${countsFrom}.`;
  return someNumber(min, max).default(usual).describe(described);
};

/**
 * How long rows are kept that go after a time, in hours or days. `retentionRules` says which, and within which bounds.
 */
export const retentionVariables = {
  IDEMPOTENCY_KEY_HOURS: timeOf('idempotencyKeys'),
  WEBHOOK_ATTEMPT_DAYS: timeOf('webhookAttempts'),
  PARKED_DELIVERY_DAYS: timeOf('parkedDeliveries'),
  GATEWAY_EVENT_BODY_DAYS: timeOf('gatewayEventBodies'),
  TRACKING_MESSAGE_BODY_DAYS: timeOf('trackingMessageBodies'),
  ENDED_SESSION_HOURS: timeOf('operatorSessions'),
} satisfies Record<(typeof retentionRules)[RetentionRuleName]['variable'], ReturnType<typeof timeOf>>;

const retentionEnv = z.object(retentionVariables);

/** Returns the kept times as `createCommerce` takes them. */
export const keepMsFromEnv = (env: z.output<typeof retentionEnv>): Retention => {
  const keepMs = (name: RetentionRuleName) => keepMsOf(name, env[retentionRules[name].variable]);
  return Object.fromEntries(retentionRuleNames.map((name) => [name, keepMs(name)])) as Retention;
};

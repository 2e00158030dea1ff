const msOf = { hours: 60 * 60_000, days: 24 * 60 * 60_000 };

type RetentionRule = {
  /** The rule's row and its label in metrics. */
  name: string;
  /** What goes, and from when its time counts: for the table in docs/operations.md. */
  goes: string;
  countsFrom: string;
  /** The API's environment variable. */
  variable: string;
  unit: keyof typeof msOf;
  /** In `unit`; `max` is ten years where nothing speaks for less. */
  usual: number;
  min: number;
  max: number;
};

const tenYears = 3_650;

/**
 * What is removed after a time. The environment, createCommerce, the jobs and docs/operations.md read this table.
 * Everything else is kept: orders, payments, stock movements, events, gateway events, gateway calls and checkpoints.
 */
export const retentionRules = {
  idempotencyKeys: {
    name: 'idempotency_keys',
    goes: 'an idempotency key with its answer',
    countsFrom: 'the first call with the key',
    variable: 'IDEMPOTENCY_KEY_HOURS',
    unit: 'hours',
    // A day, as Stripe and other payment gateways do.
    usual: 24,
    min: 1,
    max: 30 * 24,
  },
  webhookAttempts: {
    name: 'webhook_attempts',
    goes: 'attempts to deliver events to webhook endpoints, a whole day (UTC) at once',
    countsFrom: 'the end of that day',
    variable: 'WEBHOOK_ATTEMPT_DAYS',
    unit: 'days',
    usual: 14,
    // The attempts of one delivery take up to four days.
    min: 4,
    max: tenYears,
  },
  parkedDeliveries: {
    name: 'parked_deliveries',
    goes: 'a delivery that was given up (PARKED)',
    countsFrom: 'its last attempt',
    variable: 'PARKED_DELIVERY_DAYS',
    unit: 'days',
    usual: 90,
    // Time for a merchant to mend a receiver and redrive.
    min: 7,
    max: tenYears,
  },
  gatewayEventBodies: {
    name: 'gateway_event_bodies',
    goes: 'the raw body of a gateway event; the event stays',
    countsFrom: 'the time when the event was decided: applied, ignored, parked or dismissed',
    variable: 'GATEWAY_EVENT_BODY_DAYS',
    unit: 'days',
    usual: 90,
    min: 1,
    max: tenYears,
  },
  trackingMessageBodies: {
    name: 'tracking_message_bodies',
    goes: "the raw body of a carrier's message; the message and its checkpoints stay",
    countsFrom: 'the time when the message was decided: applied, ignored, parked or dismissed',
    variable: 'TRACKING_MESSAGE_BODY_DAYS',
    unit: 'days',
    usual: 90,
    min: 1,
    max: tenYears,
  },
  operatorSessions: {
    name: 'operator_sessions',
    goes: "a session at the operators' page, and a link that signs in",
    countsFrom: 'its end at the latest: 12 hours after the sign-in, or 10 minutes after the link was made',
    variable: 'ENDED_SESSION_HOURS',
    unit: 'hours',
    // Long enough to see who was signed in yesterday. Nothing else reads a session that has ended.
    usual: 24,
    min: 1,
    max: 90 * 24,
  },
} as const satisfies Record<string, RetentionRule>;

/** A rule as `createCommerce({ keepMs })` names it. */
export type RetentionRuleName = keyof typeof retentionRules;

/** How long each rule keeps its rows, in milliseconds. */
export type Retention = Record<RetentionRuleName, number>;

export const retentionRuleNames = Object.keys(retentionRules) as RetentionRuleName[];

/** A time in a rule's own unit, in milliseconds. */
export const keepMsOf = (name: RetentionRuleName, time: number): number =>
  Math.round(time * msOf[retentionRules[name].unit]);

/** The rules' times, with the usual ones where `given` has none. @throws RangeError when one is out of its bounds */
export function retentionOf(given: Partial<Retention> = {}): Retention {
  const unknown = Object.keys(given).find((name) => !(name in retentionRules));
  if (unknown !== undefined)
    throw new RangeError(`keepMs.${unknown} is no rule of retention; the rules are ${retentionRuleNames.join(', ')}`);
  const timeOf = (name: RetentionRuleName): number => {
    const { usual, min, max, unit } = retentionRules[name];
    const time = given[name] ?? keepMsOf(name, usual);
    if (time >= keepMsOf(name, min) && time <= keepMsOf(name, max)) return Math.round(time);
    throw new RangeError(`keepMs.${name} must be from ${min} to ${max} ${unit}, in milliseconds; it is ${time}`);
  };
  return {
    idempotencyKeys: timeOf('idempotencyKeys'),
    webhookAttempts: timeOf('webhookAttempts'),
    parkedDeliveries: timeOf('parkedDeliveries'),
    gatewayEventBodies: timeOf('gatewayEventBodies'),
    trackingMessageBodies: timeOf('trackingMessageBodies'),
    operatorSessions: timeOf('operatorSessions'),
  };
}

/** How often a rule looks for rows whose time is over. */
export const retentionPauseMs = 60_000;

/** Called after a batch that removed something. `removed` counts rows; of `webhook_attempts` it counts days. */
export type RetentionReport = { rule: string; removed: number };

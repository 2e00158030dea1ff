import type { Corruption, FurtherCorruption } from './corruption.ts';

/** The columns of a table but one, and the same with a value in its place. */
const copyMessage = (where: string, set: Record<string, string>) => {
  const values = { id: 'gen_random_uuid()', ...set };
  return `insert into commerce.tracking_messages
    select (jsonb_populate_record(m, jsonb_build_object(${Object.entries(values)
      .map(([column, value]) => `'${column}', ${value}`)
      .join(', ')}))).* from commerce.tracking_messages m where ${where} order by id limit 1`;
};

const copyEvent = (where: string, set: Record<string, string>) =>
  `insert into commerce.tracking_events
    select (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), ${Object.entries(set)
      .map(([column, value]) => `'${column}', ${value}`)
      .join(', ')}))).* from commerce.tracking_events e where ${where} order by id limit 1`;

const ofLiveParcel = `(select live from commerce.parcels p where p.id = e.parcel_id) and effect = 'moved'
  and occurred_at is not null`;

/** One way to break each invariant of tracking, by the name of its check. */
export const trackingCorruptions: Record<string, Corruption> = {
  tracking_event_once: {
    withoutConstraints: ['tracking_events_once'],
    statements: [copyEvent('true', { tracking: 'e.tracking' })],
  },
  tracking_delivered_wins: {
    statements: [copyEvent(ofLiveParcel, { checkpoint_id: `'new'`, tracking: `'DELIVERED'`, effect: `'recorded'` })],
  },
  tracking_never_behind: {
    statements: [
      copyEvent(ofLiveParcel, {
        checkpoint_id: `'new'`,
        effect: `'recorded'`,
        occurred_at: `e.occurred_at + interval '1 minute'`,
      }),
    ],
  },
  tracking_attention_shows_trouble: { statements: [`update commerce.parcels set troubled = false where troubled`] },
  tracking_message_first_once: {
    withoutConstraints: ['tracking_messages_first'],
    statements: [copyMessage(`outcome = 'APPLIED'`, {})],
  },
  tracking_message_conflict_contradicts_the_first: {
    statements: [
      `delete from commerce.tracking_messages
      where event_id in (select event_id from commerce.tracking_messages where outcome = 'CONFLICT')
        and outcome <> 'CONFLICT'`,
    ],
  },
  tracking_message_applied_is_recorded: {
    statements: [
      `update commerce.tracking_messages set outcome = 'APPLIED', due_at = null, decided_at = now()
        where outcome = 'UNMATCHED'`,
    ],
  },
  tracking_nothing_overdue: {
    statements: [
      `update commerce.tracking_messages set due_at = now() - interval '61 minutes' where outcome = 'UNMATCHED'`,
    ],
  },
  tracking_parcel_is_due: {
    statements: [`update commerce.parcels set provider = 'mock', due_at = null where live`],
  },
};

/** More ways to break the invariants of tracking, so that every part of their queries is proven. */
export const furtherTrackingCorruptions: readonly FurtherCorruption[] = [
  {
    check: 'tracking_never_behind',
    how: 'without a time of the carrier',
    statements: [
      copyEvent(ofLiveParcel, {
        checkpoint_id: `'new'`,
        effect: `'recorded'`,
        occurred_at: 'null',
        received_at: `e.received_at + interval '9 days'`,
      }),
    ],
  },
  {
    check: 'tracking_message_conflict_contradicts_the_first',
    how: 'the same content',
    statements: [
      `update commerce.tracking_messages m set fingerprint = f.fingerprint from commerce.tracking_messages f
      where f.event_id = m.event_id and f.outcome <> 'CONFLICT' and m.outcome = 'CONFLICT'`,
    ],
  },
];

import { transitionPairs, tuples, type Check } from './check.ts';

type Subject = 'payment' | 'refund' | 'return' | 'shipment';

type Machine = {
  subject: Subject;
  transitions: Record<string, readonly string[]>;
  /** The subject's status after each event type about it. */
  recorded: Record<string, string>;
  /** The status that the subject begins in. */
  first: string;
};

/**
 * Checks that an order's events record the status of its payments, refunds, returns or shipments, by legal transitions
 * only.
 */
export function recordedChecks({ subject, transitions, recorded, first }: Machine): Check[] {
  const id = `${subject}Id`;
  const facts = `
    select e.aggregateid as order_id, e.version, e.payload ->> '${id}' as subject_id, recorded.status
    from "commerce"."events" e
    join (values ${tuples(Object.entries(recorded))}) as recorded (type, status) on recorded.type = e.type`;
  return [
    {
      name: `${subject}_is_as_last_recorded`,
      sentence: `A ${subject}'s status is the one that the last event about it recorded, in its own order's history.`,
      query: `
        select coalesce(s.id::text, last.subject_id) as "${id}", s.order_id as "orderId", s.status,
          last.order_id as "recordedForOrderId", last.status as "recordedStatus"
        from "commerce"."${subject}s" s
        full join (
          select distinct on (subject_id) subject_id, order_id, status
          from (${facts}) fact order by subject_id, version desc
        ) last on last.subject_id = s.id::text
        where (s.order_id, s.status) is distinct from (last.order_id, last.status)`,
    },
    {
      name: `${subject}_transitions_are_legal`,
      sentence: `A ${subject} takes only transitions of its state machine.`,
      query: `
        select subject_id as "${id}", order_id as "orderId", version, before as "statusBefore", status
        from (
          select *, coalesce(lag(status) over (partition by order_id, subject_id order by version), '') as before
          from (${facts}) fact
        ) step
        where (before, status) not in (values ${tuples([['', first], ...transitionPairs(transitions)])})`,
    },
  ];
}

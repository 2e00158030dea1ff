import { stepsOf, tuples, type Check } from './check.ts';

type Subject = 'payment' | 'refund' | 'shipment';

type Machine = {
  subject: Subject;
  transitions: Record<string, readonly string[]>;
  /** What the subject is after each event about it. */
  told: Record<string, string>;
  /** The status it begins in. */
  first: string;
};

/** What an order's history says of its payments, refunds or shipments is what they are, and was legal all the way. */
export function recordedChecks({ subject, transitions, told, first }: Machine): Check[] {
  const id = `${subject}Id`;
  const facts = `
    select e.aggregateid as order_id, e.version, e.payload ->> '${id}' as subject_id, told.status
    from "commerce"."events" e
    join (values ${tuples(Object.entries(told))}) as told (type, status) on told.type = e.type`;
  return [
    {
      name: `${subject}_is_as_last_told`,
      sentence: `A ${subject}'s status is what the last event about it says, in the history of its own order.`,
      query: `
        select coalesce(s.id::text, last.subject_id) as "${id}", s.order_id as "orderId", s.status,
          last.order_id as "toldOfOrderId", last.status as "toldStatus"
        from "commerce"."${subject}s" s
        full join (
          select distinct on (subject_id) subject_id, order_id, status
          from (${facts}) fact order by subject_id, version desc
        ) last on last.subject_id = s.id::text
        where (s.order_id, s.status) is distinct from (last.order_id, last.status)`,
    },
    {
      name: `${subject}_steps_are_legal`,
      sentence: `A ${subject} takes only the steps of its state machine.`,
      query: `
        select subject_id as "${id}", order_id as "orderId", version, before as "statusBefore", status
        from (
          select *, coalesce(lag(status) over (partition by order_id, subject_id order by version), '') as before
          from (${facts}) fact
        ) step
        where (before, status) not in (values ${tuples([['', first], ...stepsOf(transitions)])})`,
    },
  ];
}

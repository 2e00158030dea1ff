import { lastTurn } from '../events/sequencer-repository.ts';
import type { Check } from './check.ts';

/**
 * Versions are unique for each aggregate, so there is no gap when the first is 1 and the last is the number of events.
 */
const versionsUnbroken = (aggregate: 'order' | 'product', table: string): Check => ({
  name: `${aggregate}_versions_unbroken`,
  sentence: `The versions of the events of each ${aggregate} run from 1 to the ${aggregate}'s own version without a gap.`,
  query: `
    select coalesce(a.id, e.aggregateid) as "${aggregate}Id", a.version, e.events,
      e.first as "firstVersion", e.last as "lastVersion"
    from "commerce"."${table}" a
    full join (
      select aggregateid, count(*) as events, min(version) as first, max(version) as last
      from "commerce"."events" where aggregatetype = '${aggregate}' group by aggregateid
    ) e on e.aggregateid = a.id
    where (a.version, e.first, e.last) is distinct from (e.events, 1, e.events)`,
});

const positionChecks: readonly Check[] = [
  {
    name: 'event_positions_unbroken',
    sentence: 'The positions of the events run from 1 without a gap.',
    query: `
      select positions, first, last from (
        select count(*) as positions, min(position) as first, max(position) as last from "commerce"."event_positions"
      ) p where positions > 0 and (first, last) is distinct from (1, positions)`,
  },
  {
    name: 'event_positions_in_order',
    sentence: 'The events of each order and product have positions in the order of their versions, from the first on.',
    query: `
      select aggregateid as "aggregateId", position, version, expected as "expectedVersion" from (
        select aggregateid, position, version,
          row_number() over (partition by aggregateid order by position) as expected
        from "commerce"."event_positions"
      ) p where version <> expected`,
  },
  {
    name: 'event_position_has_its_event',
    sentence: 'Each position belongs to an event of the log, with its order or product, version and type.',
    query: `
      select p.position, p.event_id as "eventId", p.version, e.version as "eventVersion"
      from "commerce"."event_positions" p left join "commerce"."events" e on e.id = p.event_id
      where (p.aggregatetype, p.aggregateid, p.version, p.type)
        is distinct from (e.aggregatetype, e.aggregateid, e.version, e.type)`,
  },
  {
    name: 'event_has_its_position',
    sentence: 'Each event that was visible at the last turn of the sequencer has a position.',
    query: `
      select e.id as "eventId", e.aggregateid as "aggregateId", e.version
      from "commerce"."events" e
      cross join (${lastTurn}) l
      where pg_visible_in_snapshot(e.xid, l.snapshot)
        and not exists (select from "commerce"."event_positions" p where p.event_id = e.id)`,
  },
  {
    name: 'event_sink_within_log',
    // A position of an older epoch may be one that a restore has lost: the sink then continues at the last common one.
    sentence: 'No event sink is further than the last event, or in an epoch that has not begun.',
    query: `
      select s.name, s.epoch, s.position, l.last, l.epoch as "lastEpoch"
      from "commerce"."event_sinks" s
      cross join (
        select coalesce((select max(position) from "commerce"."event_positions"), 0) as last,
          coalesce((select max(epoch) from "commerce"."event_epochs"), 1) as epoch
      ) l
      where s.epoch > l.epoch or (s.epoch = l.epoch and s.position > l.last)`,
  },
];

export const eventChecks: readonly Check[] = [
  versionsUnbroken('order', 'orders'),
  versionsUnbroken('product', 'products'),
  ...positionChecks,
];

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

export const eventChecks: readonly Check[] = [
  versionsUnbroken('order', 'orders'),
  versionsUnbroken('product', 'products'),
];

import type { Check } from './check.ts';

/** Versions count an aggregate's events from 1; `count = max` and `min = 1` leave no room for a gap. */
const versionsUnbroken = (aggregate: 'order' | 'product', table: string): Check => ({
  name: `${aggregate}_versions_unbroken`,
  sentence: `The events of every ${aggregate} are numbered from 1 without a gap, up to the version that it has.`,
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

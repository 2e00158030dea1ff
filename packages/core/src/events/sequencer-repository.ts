import { lastPosition } from './feed-repository.ts';
import { runOnOneSnapshot, statement, type Database } from '@commerce-core/pg-pipeline';

/** Where the numbering stands after a turn. */
export type SequencerTurn = {
  /** How many events got a position. */
  numbered: number;
  /**
   * What the numbering needs next: `nothing`; a turn for `new` events; the next part of the `scan` of old events; to
   * begin a scan because of a `backlog`; or a new `epoch`, because the server or the database isn't the one that
   * numbered the last events.
   */
  needs: 'nothing' | 'new' | 'scan' | 'backlog' | 'epoch';
};

// The last position has the snapshot of its turn, unless a scan assigned it.
const snapshotOfLastTurn = 'case when l.position > e.scanned_position then l.snapshot else e.snapshot end';

/** The snapshot of the last turn, as a query without a row before the first turn and during a scan of the log. */
export const lastTurn = `
  select ${snapshotOfLastTurn} as snapshot
  from (select * from "commerce"."event_epochs" order by epoch desc limit 1) e
  left join (select position, snapshot from "commerce"."event_positions" order by position desc limit 1) l on true
  where e.scan_from is null`;

// Not `not exists`, which PostgreSQL may answer by reading all positions.
const hasNoPosition = `(select p.event_id from "commerce"."event_positions" p where p.event_id = e.id) is null`;

/** SQL that returns whether events may wait for a position. */
export const someEventHasNoPosition = `coalesce((
    select exists (select from "commerce"."events" e where e.xid >= pg_snapshot_xmax(l.snapshot)
        and e.xid < pg_snapshot_xmax(pg_current_snapshot()) and ${hasNoPosition} order by e.xid, e.id limit 1)
      or exists (select from pg_snapshot_xip(l.snapshot) as running (xid) cross join lateral (
        select from "commerce"."events" e where e.xid = running.xid and ${hasNoPosition} order by e.xid, e.id
          limit 1) e)
    from (${lastTurn}) l
  ), exists (select from "commerce"."events"))`;

/** How far the positions are behind the log. */
export type EventLag = {
  /** Events without a position; 10,000 means that or more. */
  events: number;
  /** The age of the oldest of them in seconds; 0 without one. */
  seconds: number;
  /** The last position; 0 in a log without events. */
  lastPosition: number;
};

const lagMax = 10_000;
const eventLag = statement(
  'read_event_lag',
  `
  select count(*)::integer as events, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as seconds,
    ${lastPosition} as "lastPosition"
  from (
    (select e.created_at from "commerce"."events" e where e.xid >= coalesce(
        (select pg_snapshot_xmax(l.snapshot) from (${lastTurn}) l),
        (select scan_from from "commerce"."event_epochs" order by epoch desc limit 1), '0'::xid8
      ) and ${hasNoPosition} order by e.xid, e.id limit ${lagMax})
    union all
    select e.created_at from (${lastTurn}) l, pg_snapshot_xip(l.snapshot) as running (xid) cross join lateral (
      select e.created_at from "commerce"."events" e
      where e.xid = running.xid and ${hasNoPosition} order by e.xid, e.id limit ${lagMax}) e
  ) e`,
);

/** Reads how far the positions are behind the log. */
export async function readEventLag({ pool }: Pick<Database, 'pool'>): Promise<EventLag> {
  const { rows } = await pool.query<EventLag>(eventLag.text);
  // A SELECT of aggregates always returns one row.
  return rows[0]!;
}

// What tells one history of the log from another. The timeline is read from the WAL, because the control file has the
// new one only after the first checkpoint. The table's oid changes when a dump is restored into the same database.
const identity = `(
  select s.system_identifier::text as system_identifier,
    substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) as timeline,
    d.oid::bigint as database_oid, '"commerce"."events"'::regclass::oid::bigint as table_oid
  from pg_control_system() s, pg_database d where d.datname = current_database()
)`;
const isSameDatabase = `e.system_identifier = i.system_identifier and e.database_oid = i.database_oid
  and e.table_oid = i.table_oid`;

// The end of the numbering so far.
const latest = `
  latest as materialized (
    select e.epoch, e.scan_from, coalesce(l.position, 0) as position,
      coalesce((${isSameDatabase}), false) and e.timeline = i.timeline as same,
      ${snapshotOfLastTurn} as prev
    from ${identity} i
    left join (select * from "commerce"."event_epochs" order by epoch desc limit 1) e on true
    left join (select position, snapshot from "commerce"."event_positions" order by position desc limit 1) l on true
  )`;

const columns = 'e.id, e.xid, e.aggregatetype, e.aggregateid, e.version, e.type';

// Positions go to the events by transaction and id. A transaction gets its id before it waits for an order's lock, so
// two events of one order may stand in the wrong order: each aggregate's positions are given again by version.
const inOrder = `
  slots as (
    select row_number() over (order by xid, id) as slot, f.* from fresh f
  ), numbered as (
    select a.aggregateid, n.*
    from (
      select aggregateid, array_agg(slot order by slot) as slots, array_agg(id order by version) as ids,
        array_agg(aggregatetype order by version) as aggregatetypes, array_agg(version order by version) as versions,
        array_agg(type order by version) as types
      from slots group by aggregateid
    ) a, unnest(a.slots, a.ids, a.aggregatetypes, a.versions, a.types) as n (slot, id, aggregatetype, version, type)
  )`;
const inserted = (snapshot: string) => `
  inserted as (
    insert into "commerce"."event_positions" (position, event_id, aggregatetype, aggregateid, version, type, snapshot)
    select l.position + n.slot, n.id, n.aggregatetype, n.aggregateid, n.version, n.type, ${snapshot}
    from numbered n, locked l
    returning 1
  )`;
const locked = (condition: string) => `
  locked as materialized (
    select e.epoch, l.position, l.scan_from from "commerce"."event_epochs" e join latest l on l.epoch = e.epoch
    where ${condition} for update of e skip locked
  )`;

// Each search has an order and a limit, so it follows the index on (xid, id): a join with the running transactions
// would read the whole log whenever one of them is open.
//
// New are the events of transactions that began after the last turn's snapshot, or were running then. Those of
// transactions that still run aren't visible; the stored snapshot has them as running. The lock comes after the search,
// so a turn without new events locks nothing.
const numberNew = statement(
  'number_new_events',
  `with ${latest}, found as materialized (
    select e.* from latest l cross join lateral (
      (select ${columns} from "commerce"."events" e
        where e.xid >= pg_snapshot_xmax(l.prev) and e.xid < pg_snapshot_xmax(pg_current_snapshot())
          and ${hasNoPosition}
        order by e.xid, e.id limit ($1::integer + 1))
      union all
      select e.* from pg_snapshot_xip(l.prev) as running (xid) cross join lateral (
        select ${columns} from "commerce"."events" e
        where e.xid = running.xid and ${hasNoPosition}
        order by e.xid, e.id limit ($1::integer + 1)
      ) e
    ) e
    where l.same and l.scan_from is null
  ), amount as (
    select count(*) as fresh from found
  ), ${locked('(select fresh from amount) between 1 and $1::integer')}, fresh as materialized (
    select f.* from found f, locked
  ), ${inOrder}, ${inserted(`case when n.slot = (select fresh from amount) then pg_current_snapshot() end`)}
  select (select count(*) from inserted)::integer as numbered,
    case when l.same is not true then 'epoch' when l.scan_from is not null then 'scan'
      when (select fresh from amount) > $1::integer then 'backlog' else 'nothing' end as needs
  from latest l`,
);

// A part of the log ends with all events of its last transaction. Of their aggregates, lower versions without a
// position are taken from later parts, because a version must not come before a lower one.
const numberOld = statement(
  'number_old_events',
  `with ${latest}, ${locked('l.same and l.scan_from is not null')}, part as materialized (
    select e.* from locked l cross join lateral (
      select ${columns} from "commerce"."events" e where e.xid >= l.scan_from
      order by e.xid fetch first ($1::integer) rows with ties
    ) e
  ), own as (
    select e.* from part e where ${hasNoPosition}
  ), fresh as materialized (
    select * from own
    union
    select ${columns} from (select aggregateid, max(version) as version from own group by aggregateid) a
    join "commerce"."events" e on e.aggregateid = a.aggregateid and e.version < a.version
    where ${hasNoPosition}
  ), ${inOrder}, ${inserted('null')}, rest as (
    select e.xid from (select xid from part order by xid desc limit 1) p cross join lateral (
      select e.xid from "commerce"."events" e where e.xid > p.xid order by e.xid, e.id limit 1
    ) e
  ), scanned as (
    update "commerce"."event_epochs" e set scan_from = (select xid from rest),
      scanned_position = l.position + (select count(*) from inserted)
    from locked l where e.epoch = l.epoch
    returning e.scan_from
  )
  select (select count(*) from inserted)::integer as numbered,
    coalesce((select case when scan_from is null then 'new' else 'scan' end from scanned), 'nothing') as needs`,
);

const beginScan = statement(
  'begin_event_scan',
  `with ${latest}
  update "commerce"."event_epochs" e set scan_from = pg_snapshot_xmin(l.prev), snapshot = pg_current_snapshot(),
    scanned_position = l.position
  from latest l where e.epoch = l.epoch and l.same and e.scan_from is null`,
);

// A promoted standby continues with the same transactions, so the last snapshot still tells what is new. In another
// database the ids of transactions start again, so the whole log is scanned.
const beginEpoch = statement(
  'begin_event_epoch',
  `with ${latest}
  insert into "commerce"."event_epochs" (epoch, system_identifier, timeline, database_oid, table_oid, first_position,
    started_at, scan_from, snapshot, scanned_position)
  select coalesce(l.epoch, 0) + 1, i.system_identifier, i.timeline, i.database_oid, i.table_oid, l.position + 1, now(),
    case when coalesce((${isSameDatabase}), false) then e.scan_from else '0'::xid8 end,
    case when coalesce((${isSameDatabase}), false) then l.prev else pg_current_snapshot() end, l.position
  from latest l cross join ${identity} i left join "commerce"."event_epochs" e on e.epoch = l.epoch
  where l.same is not true
  on conflict do nothing`,
);

/** Gives positions to up to `max` new events, and those of the transactions that ran at the last turn. */
export const numberNewEvents = async (database: Database, max: number): Promise<SequencerTurn> =>
  runTurn(database, numberNew, [max]);

/** Gives positions to the events without one in the next part of the log, about `max` events. */
export const numberOldEvents = async (database: Database, max: number): Promise<SequencerTurn> =>
  runTurn(database, numberOld, [max]);

/** Begins to scan the events since the last turn in parts. */
export const beginEventScan = async (database: Database): Promise<void> => {
  await runOnOneSnapshot(database, beginScan, []);
};

/** Begins the next epoch, unless another process has begun it. */
export const beginEventEpoch = async (database: Database): Promise<void> => {
  await runOnOneSnapshot(database, beginEpoch, []);
};

async function runTurn(database: Database, turn: typeof numberNew, values: number[]): Promise<SequencerTurn> {
  const [row] = await runOnOneSnapshot<SequencerTurn>(database, turn, values);
  if (!row) throw new Error('a turn of the sequencer returned no row');
  return row;
}

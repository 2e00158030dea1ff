import { queryWithTimeout, type Database } from '@commerce-core/pg-pipeline';

// The oldest version that the tests run on. Its community stops to mend older ones in November 2026.
const versionMin = 15;
const answerMs = 5_000;

/** The tables whose rows change. In the others rows are only inserted. */
export const changingTables: readonly string[] = [
  'api_keys',
  'disputes',
  'event_epochs',
  'event_sinks',
  'gateway_calls',
  'gateway_events',
  'gateway_listings',
  'idempotency_keys',
  'late_gateway_event_bodies',
  'open_guest_orders',
  'operator_sessions',
  'order_lines',
  'orders',
  'parcels',
  'payments',
  'products',
  'refunds',
  'report_progress',
  'retention_rules',
  'return_credit_parts',
  'return_credits',
  'return_lines',
  'returns',
  'shipment_lines',
  'shipments',
  'sign_in_links',
  'stocks',
  'tracking_messages',
  'webhook_attempts',
  'webhook_deliveries',
  'webhook_endpoints',
];

/** What a database and the sessions of this program in it are like. */
export type DatabaseFacts = {
  version: number;
  encoding: string;
  isStandby: boolean;
  isReadOnly: boolean;
  dateStyle: string;
  clientEncoding: string;
  backslashes: string;
  replicationRole: string;
  /** A function outside pg_catalog that `search_path` puts before PostgreSQL's own one. */
  shadow: string | null;
  /** The tables of the schema whose rows the user may not read and insert, or not change where rows change. */
  closedTables: string[];
};

const facts = `select current_setting('server_version_num')::int / 10000 as "version",
  current_setting('server_encoding') as "encoding", pg_is_in_recovery() as "isStandby",
  current_setting('transaction_read_only')::boolean as "isReadOnly", current_setting('DateStyle') as "dateStyle",
  current_setting('client_encoding') as "clientEncoding",
  current_setting('standard_conforming_strings') as "backslashes",
  current_setting('session_replication_role') as "replicationRole",
  (select format('%s.%s(%s)', p.pronamespace::regnamespace, p.proname, pg_get_function_identity_arguments(p.oid))
    from pg_proc p join pg_proc own using (proname, proargtypes)
    where own.pronamespace = 'pg_catalog'::regnamespace and p.pronamespace <> own.pronamespace
      and pg_function_is_visible(p.oid) and not pg_function_is_visible(own.oid) limit 1) as "shadow",
  array(select relname::text from pg_class where relnamespace = to_regnamespace($1) and relkind in ('r', 'p')
    and not (has_schema_privilege(relnamespace, 'usage') and has_table_privilege(oid, 'select')
      and has_table_privilege(oid, 'insert') and (relname <> all($2) or has_table_privilege(oid, 'update')))
    order by relname) as "closedTables"`;

/**
 * Returns why the shop can't run in a database, and what mends it, as a sentence without its full stop; undefined when
 * it can run. A missing schema is no problem, because `migrate` creates it.
 * @throws the connection's error when PostgreSQL can't be reached
 */
export async function databaseProblem(database: Database): Promise<string | undefined> {
  const [found] = (
    await database.pool.query<DatabaseFacts>(queryWithTimeout(answerMs, facts, [database.schema, changingTables]))
  ).rows;
  return found && problemOf(found, database.schema);
}

/** Returns the first problem of a database with these facts. */
export function problemOf(found: DatabaseFacts, schema: string): string | undefined {
  const { version, encoding, isStandby, isReadOnly, closedTables } = found;
  if (version < versionMin) return `it is PostgreSQL ${version}, and the oldest that works is ${versionMin}`;
  if (encoding !== 'UTF8')
    return (
      `its encoding is ${encoding}, which can't keep every name; ` +
      `create one with: create database … encoding 'UTF8' template template0`
    );
  if (isStandby) return 'it is a standby, which takes no writes; DATABASE_URL must name the primary server';
  if (isReadOnly) return 'it is read-only, as its setting default_transaction_read_only is on; switch that off';
  const setting = wrongSetting(found);
  if (setting) return setting;
  if (closedTables.length > 0)
    return (
      `its user may not read and write ${closedTables.join(', ')}; try: grant usage on schema ${schema} to …; ` +
      `grant select, insert, update, delete on all tables in schema ${schema} to …`
    );
  return undefined;
}

function wrongSetting(found: DatabaseFacts): string | undefined {
  const { dateStyle, clientEncoding, backslashes, replicationRole, shadow } = found;
  if (shadow !== null)
    return `its search_path puts ${shadow} before PostgreSQL’s own function; name pg_catalog first in it, or not at all`;
  if (replicationRole !== 'origin')
    return `session_replication_role is ${replicationRole}, which switches foreign keys and triggers off; reset it`;
  const asked = [
    ['DateStyle', 'ISO', dateStyle.split(',')[0]],
    ['client_encoding', 'UTF8', clientEncoding],
    ['standard_conforming_strings', 'on', backslashes],
  ];
  const [name, wanted, actual] = asked.find(([, wanted, actual]) => wanted !== actual) ?? [];
  return (
    name && `its ${name} is ${actual} although the program asked for ${wanted}; a pooler must pass it on to PostgreSQL`
  );
}

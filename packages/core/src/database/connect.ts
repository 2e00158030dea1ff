import {
  connect as connectPipeline,
  type ConnectOptions as PipelineOptions,
  type Database,
} from '@commerce-core/pg-pipeline';

export type { Database };

/** As pg-pipeline's, with defaults for `applicationName` and `schema`. */
export type ConnectOptions = Omit<PipelineOptions, 'schemaInSql' | 'applicationName'> & { applicationName?: string };

/** The schema that all tables live in, unless `connect({ schema })` names another one. */
export const defaultSchema = 'commerce';

/**
 * Opens the connections to a shop's database. It connects lazily: a server that is down shows at the first query.
 * @throws Error for a schema name that isn't plain
 */
export const connect = ({ applicationName = 'commerce-core', ...options }: ConnectOptions): Database =>
  connectPipeline({ ...options, applicationName, schemaInSql: defaultSchema });

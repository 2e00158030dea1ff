import pg from 'pg';

/**
 * Settings of every session, sent when a connection opens. They win over `alter database … set` and `alter role … set`.
 *
 * Only these: PgBouncer keeps them for each client, and before 1.20 refuses every other parameter of the start-up.
 * `standard_conforming_strings` matters for the backslashes in the CHECKs of migrations. pg itself sends the encoding.
 */
const settings = { DateStyle: 'ISO, MDY', standard_conforming_strings: 'on' };

// pg's method that returns the parameters of the start-up. Its types don't declare it.
const { getStartupConf } = pg.Client.prototype as unknown as {
  getStartupConf: (this: pg.Client) => Record<string, string>;
};

/** A client whose sessions have these settings, whatever the database or the user prescribes. */
export class SessionClient extends pg.Client {
  /** Called by pg when it opens the connection. */
  getStartupConf(): Record<string, string> {
    return { ...getStartupConf.call(this), ...settings };
  }
}

/**
 * Returns the name of a PostgreSQL schema unchanged: 1 to 63 lower-case letters, digits and underscores, no digit
 * first.
 * @throws Error when the name would need escaping
 */
export function checkSchemaName(schema: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return schema;
  throw new Error(`not a usable schema name: ${JSON.stringify(schema)}`);
}

/**
 * Returns SQL that was written for the schema `from`, rewritten for the schema `to`. `connect` has checked both names.
 *
 * Drizzle writes a schema's name into its tables, and PgBouncer in transaction mode loses a `search_path`. Each
 * statement has the qualified, quoted name in its text, and values are parameters, so the text can be rewritten when it
 * is sent.
 */
export function renameSchema(text: string, from: string, to: string): string {
  return from === to ? text : text.replaceAll(`"${from}"`, `"${to}"`);
}

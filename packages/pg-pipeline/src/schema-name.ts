/**
 * @returns the name
 * @throws Error for a name that would need escaping
 */
export function checkSchemaName(schema: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return schema;
  throw new Error(`not a usable schema name: ${JSON.stringify(schema)}`);
}

/**
 * Rewrites SQL that was written for one schema to another one. Drizzle bakes a schema's name into its tables, and a
 * `search_path` is session state that PgBouncer in transaction mode loses. The qualified, quoted name is in each
 * statement and values never are, so the text can be rewritten when it is sent. `connect` has checked both names.
 */
export function renameSchema(text: string, from: string, to: string): string {
  return from === to ? text : text.replaceAll(`"${from}"`, `"${to}"`);
}

export const defaultSchema = 'commerce';

/** @throws Error for a name that would need escaping */
export function checkSchemaName(schema: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return schema;
  throw new Error(`not a usable schema name: ${JSON.stringify(schema)}`);
}

/**
 * SQL written for the default schema, for another one. Drizzle bakes a schema's name into its tables, and a
 * `search_path` is session state that PgBouncer in transaction mode loses; the qualified, quoted name is in each
 * statement, and values never are, so the text can be rewritten on its way out. `connect` has checked the name: here,
 * where a flight takes off, nobody could be told.
 */
export function renameSchema(text: string, schema: string): string {
  if (schema === defaultSchema) return text;
  return text.replaceAll(`"${defaultSchema}"`, `"${schema}"`);
}

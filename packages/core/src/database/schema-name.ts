export const defaultSchema = 'commerce';

/**
 * SQL written for the default schema, for another one. Drizzle bakes a schema's name into its tables, and a
 * `search_path` is session state that PgBouncer in transaction mode loses; the qualified, quoted name is in each
 * statement, and values never are, so the text can be rewritten on its way out.
 * @throws Error for a name that would need escaping
 */
export function renameSchema(text: string, schema: string): string {
  if (schema === defaultSchema) return text;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new Error(`not a usable schema name: ${JSON.stringify(schema)}`);
  return text.replaceAll(`"${defaultSchema}"`, `"${schema}"`);
}

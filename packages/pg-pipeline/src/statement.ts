/** A prepared statement. PostgreSQL parses it once for each connection and knows it by its name from then on. */
export type Statement = { name: string; text: string };

const texts = new Map<string, string>();

/** The texts of all statements of the process by name, for tests that check their query plans. */
export const statements: ReadonlyMap<string, string> = texts;

/**
 * Defines a prepared statement. Its parameters are `$1`, `$2` and so on; its name is unique in the process.
 * @throws Error when the name already has another text
 */
export function statement(name: string, text: string): Statement {
  const known = texts.get(name);
  if (known !== undefined && known !== text) throw new Error(`two statements are named ${name}`);
  texts.set(name, text);
  return { name, text };
}

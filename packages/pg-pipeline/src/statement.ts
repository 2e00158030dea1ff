/** A prepared statement: parsed once a connection under its name, so one name has one text for good. */
export type Statement = { name: string; text: string };

const texts = new Map<string, string>();

/** All statements by name, for a test that looks at their plans. */
export const statements: ReadonlyMap<string, string> = texts;

/** A statement by name. @throws Error when another text has that name already */
export function statement(name: string, text: string): Statement {
  const known = texts.get(name);
  if (known !== undefined && known !== text) throw new Error(`two statements are named ${name}`);
  texts.set(name, text);
  return { name, text };
}

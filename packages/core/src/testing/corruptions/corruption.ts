/** How to break one invariant. */
export type Corruption = {
  /** Constraints (`table.name`) and indexes (`name`) to drop first, because they prevent the corruption. */
  withoutConstraints?: readonly string[];
  /** The statements that corrupt rows; each changes one row or more. */
  statements: readonly string[];
};

/** SQL for the id of the first row of a table that meets a condition. */
export const firstId = (table: string, where = 'true') =>
  `(select id from commerce.${table} where ${where} order by id limit 1)`;

/** One more way to break an invariant, by the name of its check, with a sentence part for the test's title. */
export type FurtherCorruption = Corruption & { check: string; how: string };

/** How to break one invariant: constraints that stand in the way, and the statements that do the damage. */
export type Corruption = { without?: readonly string[]; damage: readonly string[] };

export const one = (table: string, where = 'true') =>
  `(select id from commerce.${table} where ${where} order by id limit 1)`;

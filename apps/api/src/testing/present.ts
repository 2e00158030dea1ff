/** Returns a value that must be there, for items and fields that the types allow to be missing. */
export function present<T>(value: T | null | undefined, what = 'value'): T {
  if (value === null || value === undefined) throw new Error(`the ${what} is missing`);
  return value;
}

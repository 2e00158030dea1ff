/** Returns a value that must be there. @throws Error when it is missing */
export function present<T>(value: T | null | undefined, what = 'value'): T {
  if (value === null || value === undefined) throw new Error(`the ${what} is missing`);
  return value;
}

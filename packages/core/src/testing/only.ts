/** Returns the one item of a list. @throws Error when the list is empty or has more than one item */
export function only<T>(items: readonly T[]): T {
  if (items.length > 1) throw new Error(`expected one item, found ${items.length}`);
  return first(items);
}

/** Returns the first item of a list. @throws Error when the list is empty */
export function first<T>(items: readonly T[]): T {
  return present(items[0], 'the first item');
}

/** Returns a value that must exist. @throws Error when the value is undefined; `name` says which value is missing */
export function present<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
}

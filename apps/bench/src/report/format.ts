/** Formats a rounded number with thousands separators; a dash for a missing one. */
export const count = (value: number): string => (Number.isFinite(value) ? Math.round(value).toLocaleString('en') : '–');

/** Formats milliseconds, with one decimal below 10; a dash for a missing number. */
export const milliseconds = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  return value < 10 ? value.toFixed(1) : count(value);
};

/** Formats a ratio with two decimals below 10, one below 100, else none; a dash for a missing number. */
export const ratio = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  return value < 100 ? value.toFixed(value < 10 ? 2 : 1) : count(value);
};

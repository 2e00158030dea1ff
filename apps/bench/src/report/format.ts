export const count = (value: number): string => (Number.isFinite(value) ? Math.round(value).toLocaleString('en') : '–');

export const milliseconds = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  return value < 10 ? value.toFixed(1) : count(value);
};

export const ratio = (value: number): string => (Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : 1) : '–');

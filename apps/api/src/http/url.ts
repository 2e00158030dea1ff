/** The query of an address with its question mark; '' without one. Not by `new URL`, which is slow for every call. */
export const searchOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?')) : '');

/** Whether the percent-encoded bytes of an address are UTF-8. URLSearchParams would replace those that are not. */
export function isUrlInUtf8(url: string): boolean {
  if (!url.includes('%')) return true;
  try {
    decodeURIComponent(searchOf(url));
    return true;
  } catch {
    return false;
  }
}

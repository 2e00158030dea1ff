/** The tab of the screen; without it, the jobs. */
export type SystemSearch = { tab?: 'doctor' | 'keys' | 'about' };

const tabs = ['doctor', 'keys', 'about'] as const;

/** Reads the tab from an address. */
export function systemSearch(search: Record<string, unknown>): SystemSearch {
  const tab = tabs.find((one) => one === search['tab']);
  return tab ? { tab } : {};
}

/** What the address of the screen says. `of` and `id` name the order, product or endpoint whose events are shown. */
export type EventsSearch = {
  tab?: 'endpoints' | 'messages' | 'sinks';
  type?: string;
  of?: 'order' | 'product' | 'endpoint';
  id?: string;
  endpoint?: string;
  delivery?: 'DELIVERED' | 'FAILED' | 'PARKED';
  outcome?: string;
};

const tabs = ['endpoints', 'messages', 'sinks'] as const;
const kinds = ['order', 'product', 'endpoint'] as const;
const deliveries = ['DELIVERED', 'FAILED', 'PARKED'] as const;

const textOf = (value: unknown): string | undefined => {
  // An id of digits alone comes as a number.
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '' ? text : undefined;
};

/** Reads the tab and its filters from an address. Values that no filter has are left out. */
export function eventsSearch(search: Record<string, unknown>): EventsSearch {
  const tab = tabs.find((one) => one === search['tab']);
  const of = kinds.find((one) => one === search['of']);
  const delivery = deliveries.find((one) => one === search['delivery']);
  const [type, id, endpoint, outcome] = ['type', 'id', 'endpoint', 'outcome'].map((name) => textOf(search[name]));
  return {
    ...(tab && { tab }),
    ...(type !== undefined && { type }),
    ...(of && { of }),
    ...(id !== undefined && { id }),
    ...(endpoint !== undefined && { endpoint }),
    ...(delivery && { delivery }),
    ...(outcome !== undefined && { outcome }),
  };
}

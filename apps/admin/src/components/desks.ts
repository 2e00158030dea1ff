/** The desks of the page after its first one, attention: their paths, in the order of the navigation. */
export const desks = ['orders', 'shipping', 'returns', 'stock', 'money', 'events', 'sales', 'system'] as const;

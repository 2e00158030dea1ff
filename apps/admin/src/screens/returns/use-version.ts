import { useState } from 'react';

/** The version of an order when a dialog opened, and whether the order has another one now. */
export function useVersion({ version }: { version: number }): { expectedVersion: number; isChanged: boolean } {
  const [expectedVersion] = useState(version);
  return { expectedVersion, isChanged: expectedVersion !== version };
}

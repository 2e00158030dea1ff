import { CommerceError } from '@commerce-core/core';

/** Files that this process sends and receives at once. Each uses a connection to the database half of the time. */
const filesMax = 4;

/**
 * Returns a function that runs `work` if fewer than 4 others are under way.
 * @throws overloaded when there are too many
 */
export function fileSlots() {
  let underWay = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (underWay >= filesMax)
      throw new CommerceError('overloaded', `${filesMax} files are being sent or received; wait for one of them`);
    underWay += 1;
    try {
      return await work();
    } finally {
      underWay -= 1;
    }
  };
}

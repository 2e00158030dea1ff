import { isConnectionLoss } from './faults.ts';
import { unavailable } from './transaction.ts';

/** A read outside a transaction, with a lost connection told as what it is. @throws database_unavailable */
export async function read<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    if (isConnectionLoss(error)) throw unavailable(error);
    throw error;
  }
}

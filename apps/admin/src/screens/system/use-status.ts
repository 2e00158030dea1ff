import { useQuery } from '@tanstack/react-query';
import { trpc } from '../../api.ts';

const pollMs = 5_000;

/** How the shop runs, read again every five seconds. */
export const useStatus = () => useQuery(trpc.system.status.queryOptions(undefined, { refetchInterval: pollMs }));

/** Counts end at this number, which means that many or more. */
export const countMax = 10_000;

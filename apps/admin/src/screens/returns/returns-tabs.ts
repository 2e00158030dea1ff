import type { RouterInputs, RouterOutputs } from '@commerce-core/client';

type ListInput = Exclude<RouterInputs['return']['list'], void | undefined>;

export type ListedReturn = RouterOutputs['return']['list']['items'][number];
export type OneReturn = RouterOutputs['return']['get'];
type ReturnStatus = ListedReturn['status'];

/** The statuses in the order in which a return passes them: those to decide on first. */
export const returnTabs: readonly ReturnStatus[] = [
  'REQUESTED',
  'APPROVED',
  'RECEIVED',
  'CLOSED',
  'DECLINED',
  'CANCELED',
];

/** The status that an address names; those to decide on by default. */
export const tabOf = (text: string | undefined): ReturnStatus => returnTabs.find((tab) => tab === text) ?? 'REQUESTED';

const isWaiting = (status: ReturnStatus): boolean => ['REQUESTED', 'APPROVED', 'RECEIVED'].includes(status);

/** Returns that wait for a person are listed from the oldest on, those that are over from the newest on. */
export const inputOfTab = (status: ReturnStatus): ListInput => ({
  status,
  sort: isWaiting(status) ? 'createdAt' : '-createdAt',
});

/** The command that lists the same returns. */
export const listWords = (status: ReturnStatus): string[] => [
  'returns',
  'list',
  '--status',
  status,
  ...(isWaiting(status) ? ['--oldest'] : []),
];

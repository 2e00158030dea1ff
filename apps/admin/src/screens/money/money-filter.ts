import type { RouterInputs } from '@commerce-core/client';

export const moneyTabs = ['refunds', 'disputes', 'payments', 'credits', 'reconcile'] as const;
export type MoneyTab = (typeof moneyTabs)[number];
export const refundStatuses = ['FAILED', 'UNKNOWN', 'REQUESTED', 'SUBMITTED', 'SUCCEEDED'] as const;
export type RefundStatus = (typeof refundStatuses)[number];

/** Which part of the desk is shown, as the address has it. Days are whole days of the operator's own time zone. */
export type MoneySearch = {
  tab?: MoneyTab;
  status?: RefundStatus;
  provider?: string;
  since?: string;
  until?: string;
};

const isTab = (value: unknown): value is MoneyTab => moneyTabs.some((tab) => tab === value);
const isStatus = (value: unknown): value is RefundStatus => refundStatuses.some((status) => status === value);
const dayOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(new Date(value).getTime())
    ? value
    : undefined;

/** Reads an address or a form. Values that the desk does not know are left out. */
export function moneySearch({ tab, status, provider, since, until }: Record<string, unknown>): MoneySearch {
  const name = typeof provider === 'string' ? provider.trim() : '';
  const [from, to] = [dayOf(since), dayOf(until)];
  return {
    ...(isTab(tab) && { tab }),
    ...(isStatus(status) && { status }),
    ...(name !== '' && { provider: name }),
    ...(from !== undefined && { since: from }),
    ...(to !== undefined && { until: to }),
  };
}

type ReconcileInput = Exclude<RouterInputs['payment']['reconcile'], void | undefined>;

const startOf = (day: string, daysLater = 0): string => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater).toISOString();
};

/** What to compare, as the API takes it. The day of `until` is compared, too. */
export const reconcileInputOf = ({ provider, since, until }: MoneySearch): ReconcileInput => ({
  ...(provider !== undefined && { provider }),
  ...(since !== undefined && { createdFrom: startOf(since) }),
  ...(until !== undefined && { createdTo: startOf(until, 1) }),
});

/** The command that compares the same payments. */
export const reconcileWords = (search: MoneySearch): string[] => {
  const { provider, createdFrom, createdTo } = reconcileInputOf(search);
  return [
    'payments',
    'reconcile',
    ...(provider === undefined ? [] : ['--provider', provider]),
    ...(createdFrom === undefined ? [] : ['--since', createdFrom]),
    ...(createdTo === undefined ? [] : ['--until', createdTo]),
  ];
};

import type { RouterInputs } from '@commerce-core/client';

type ListInput = Exclude<RouterInputs['stock']['list'], void | undefined>;

export const stockSorts = ['sku', 'sku-last', 'least', 'most'] as const;
const apiSorts = { sku: 'sku', 'sku-last': '-sku', least: 'sellableQty', most: '-sellableQty' } as const;

/** The filters of the list of stock, as the address has them. `low` is the most units that are left to sell. */
export type StockFilter = { q?: string; low?: number; archived?: true; sort?: (typeof stockSorts)[number] };

const isSort = (value: unknown): value is (typeof stockSorts)[number] => stockSorts.some((sort) => sort === value);

/** Reads the filters from an address or a form. Values that no filter has are left out. */
export function stockFilter({ q, low, archived, sort }: Record<string, unknown>): StockFilter {
  const words = typeof q === 'number' ? String(q) : typeof q === 'string' ? q.trim() : '';
  const units = typeof low === 'string' && low.trim() !== '' ? Number(low) : low;
  return {
    ...(words !== '' && { q: words }),
    ...(typeof units === 'number' && Number.isInteger(units) && units >= 0 && units <= 2_000_000_000 && { low: units }),
    ...(archived === true && { archived }),
    ...(isSort(sort) && { sort }),
  };
}

/** What is running out comes first in a list of it. */
const sortOf = ({ sort, low }: StockFilter) => sort ?? (low === undefined ? 'sku' : 'least');

/** The filters as the API takes them. */
export const stockInputOf = (filter: StockFilter): ListInput => ({
  ...(filter.q !== undefined && { q: filter.q }),
  ...(filter.low !== undefined && { maxSellableQty: filter.low }),
  ...(filter.archived && { includeArchived: filter.archived }),
  sort: apiSorts[sortOf(filter)],
});

/** The filters as an export takes them: its products are in the order of their SKUs. */
export function exportInputOf(filter: StockFilter): Record<string, unknown> {
  const { sort, ...others } = stockInputOf(filter);
  return { ...others, sort: sort === '-sku' ? sort : 'sku' };
}

/** The command that lists the same products. */
export const stockWords = ({ q, low, archived, sort }: StockFilter): string[] => [
  'stock',
  'list',
  ...(q === undefined ? [] : ['--q', q]),
  ...(low === undefined ? [] : ['--low', String(low)]),
  ...(archived ? ['--archived'] : []),
  ...(sort === undefined ? [] : ['--sort', sort]),
];

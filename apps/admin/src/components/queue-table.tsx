import type { ReactNode } from 'react';
import orders from '../screens/orders/orders.module.css';
import { useRowKeys } from './use-row-keys.ts';
import { useTexts } from '../texts/language.tsx';
import parts from './parts.module.css';
import styles from './queue.module.css';

/** The rows of a desk that can be selected, and how. */
export type QueueSelection = {
  selected: ReadonlySet<string>;
  onSelect: (id: string) => void;
  onSelectAll: (ids: readonly string[]) => void;
};

type QueueTableProps<R> = QueueSelection & {
  label: string;
  heads: readonly string[];
  rows: readonly R[];
  /** Whether a row has left the list since it was read. */
  isGone: (id: string) => boolean;
  onOpen: (id: string) => void;
  /** The cells of a row, with the box that selects it. */
  cells: (row: R) => ReactNode;
};

/** A table of rows that are moved through and selected by the keyboard, all at once by the box above them. */
export function QueueTable<R extends { id: string }>(props: QueueTableProps<R>) {
  const { label, heads, rows, isGone, selected, onSelect, onSelectAll, onOpen, cells } = props;
  const { queue } = useTexts();
  const withId = (use: (id: string) => void) => (index: number) => {
    const id = rows[index]?.id;
    if (id !== undefined) use(id);
  };
  const { rowProps } = useRowKeys({ count: rows.length, onOpen: withId(onOpen), onSelect: withId(onSelect) });
  const areAll = selected.size === rows.length;
  return (
    <table className={parts['table']} aria-label={label}>
      <thead>
        <tr>
          <th scope="col" className={orders['narrow']}>
            <input
              type="checkbox"
              aria-label={queue.selectAll}
              checked={areAll}
              onChange={() => onSelectAll(areAll ? [] : rows.map(({ id }) => id))}
            />
          </th>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={row.id} className={`${orders['row']} ${isGone(row.id) ? styles['gone'] : ''}`} {...rowProps(index)}>
            {cells(row)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

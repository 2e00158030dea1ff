import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { queryClient } from '../../api.ts';
import { Button, Failure, Panel } from '../../components/parts.tsx';
import parts from '../../components/parts.module.css';
import styles from './attention.module.css';

/** What waits, other than orders, under a heading with advice; nothing where nothing waits. */
export function Waiting<T extends { id: string }>({
  title,
  advice,
  items,
  children,
}: {
  title: string;
  advice: string;
  items: readonly T[];
  children: (item: T) => ReactNode;
}) {
  if (items.length === 0) return null;
  return (
    <Panel title={title} aside={<span className={`${parts['chip']} ${parts['warn']}`}>{items.length}</span>}>
      <p className={parts['quiet']}>{advice}</p>
      <ul className={styles['list']}>
        {items.map((item) => (
          <li key={item.id} className={styles['item']}>
            {children(item)}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

type ActProps = { actions: readonly { label: string; run: () => Promise<unknown> }[] };

/** Buttons that each send one mutation, and have the lists read again. One of them can be used once. */
export function Act({ actions }: ActProps) {
  const act = useMutation({
    mutationFn: async (run: () => Promise<unknown>) => run(),
    onSettled: async () => queryClient.invalidateQueries(),
  });
  return (
    <span className={parts['row']}>
      {actions.map(({ label, run }) => (
        <Button key={label} disabled={act.isPending || act.isSuccess} onClick={() => act.mutate(run)}>
          {label}
        </Button>
      ))}
      {act.error && <Failure error={act.error} />}
    </span>
  );
}

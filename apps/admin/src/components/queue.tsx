import { Link, useCanGoBack, useNavigate, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTexts } from '../texts/language.tsx';
import { Button } from './parts.tsx';
import { Tabs } from './tabs.tsx';
import parts from './parts.module.css';

/** The addresses of the lists of the desks. */
type QueuePath = '/shipping' | '/returns';

type QueueTabsProps = { to: QueuePath; tabs: readonly (readonly [tab: string, name: string])[]; current: string };

/** The parts of a desk's list. The first one has no name in the address. */
export function QueueTabs({ to, tabs, current }: QueueTabsProps) {
  const { queue } = useTexts();
  return (
    <Tabs label={queue.tabs}>
      {tabs.map(([tab, name], index) => (
        <Link
          key={tab}
          to={to}
          search={index === 0 ? {} : { tab }}
          aria-current={tab === current ? 'page' : undefined}
          // The router would take every tab without a name for the current one.
          activeProps={{}}
        >
          {name}
        </Link>
      ))}
    </Tabs>
  );
}

type PagerProps = { to: QueuePath; tab: string | undefined; after: string | undefined; next: string | null };

/** The way to the next page of a list, and back to its beginning. */
export function Pager({ to, tab, after, next }: PagerProps) {
  const { queue } = useTexts();
  const search = tab === undefined ? {} : { tab };
  if (next === null && after === undefined) return null;
  return (
    <nav className={parts['row']} aria-label={queue.pages}>
      {after !== undefined && (
        <Link to={to} search={search} className={parts['button']}>
          {queue.first}
        </Link>
      )}
      {next !== null && (
        <Link to={to} search={{ ...search, after: next }} className={parts['button']}>
          {queue.next}
        </Link>
      )}
    </nav>
  );
}

/** Says that a list is not as it is shown any more. */
export function Changed({ onShow }: { onShow: () => void }) {
  const { queue } = useTexts();
  return (
    <>
      <span>{queue.changed}</span>
      <Button look="primary" onClick={onShow}>
        {queue.show}
      </Button>
    </>
  );
}

type Item = { id: string };
type Page<T> = { items: T[]; nextCursor: string | null };

/**
 * The rows of a page, which stay where they are while a person works on them: a row that has left the list stays until
 * `show`, and is `isGone`.
 */
export function useHeldPage<T extends Item>(latest: Page<T> | undefined) {
  const [held, setHeld] = useState<Page<T>>();
  // The first page that arrives is what the list shows from then on.
  if (held === undefined && latest) setHeld(latest);
  const now = new Map(latest?.items.map((item) => [item.id, item]));
  const rows = held?.items ?? [];
  const known = new Set(rows.map(({ id }) => id));
  const isGone = (id: string) => latest !== undefined && !now.has(id);
  return {
    isLoaded: held !== undefined,
    rows: rows.map((item) => now.get(item.id) ?? item),
    isGone,
    isChanged: rows.some(({ id }) => isGone(id)) || [...now.keys()].some((id) => !known.has(id)),
    nextCursor: held?.nextCursor ?? null,
    show: () => setHeld(latest),
  };
}

/** Which rows are selected. */
export function useSelection() {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) => {
    const others = new Set(selected);
    if (!others.delete(id)) others.add(id);
    setSelected(others);
  };
  return { selected, toggle, select: (ids: readonly string[]) => setSelected(new Set(ids)) };
}

/** Goes back to where a screen was opened from, or to the beginning of the list. */
export function Back({ to }: { to: QueuePath }) {
  const { actions } = useTexts();
  const canGoBack = useCanGoBack();
  const { history } = useRouter();
  const navigate = useNavigate();
  const back = () => (canGoBack ? history.back() : void navigate({ to, search: {} }));
  return (
    <Button look="plain" onClick={back}>
      ← {actions.back}
    </Button>
  );
}

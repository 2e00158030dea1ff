import { Button, Failure, Panel, Table, type Column } from '../../components/parts.tsx';
import { usePages } from '../../components/use-pages.ts';
import { useTexts } from '../../texts/language.tsx';
import parts from '../../components/parts.module.css';

type Page<T> = { items: T[]; nextCursor: string | null };

export type PagedPanelProps<T> = {
  title: string;
  lead: string;
  /** The key of the list among the page's queries. */
  queryKey: readonly unknown[];
  read: (range: { limit: number; cursor?: string }) => Promise<Page<T>>;
  columns: readonly Column<T>[];
  /** Whether nothing is shown where the list is empty. */
  hidesEmpty?: boolean;
};

const pageMax = 20;

/** A list under a heading, page by page. */
export function PagedPanel<T extends { id: string }>(props: PagedPanelProps<T>) {
  const { title, lead, columns, hidesEmpty = false } = props;
  const { orders, loading } = useTexts();
  const list = usePages<T>([...props.queryKey, 'pages'], async (cursor) => props.read({ limit: pageMax, ...cursor }));
  if (hidesEmpty && list.isLoaded && list.items.length === 0) return null;
  return (
    <Panel title={title}>
      <p className={parts['quiet']}>{lead}</p>
      {list.error && <Failure error={list.error} retry={list.readAgain} />}
      {!list.isLoaded && !list.error && <p>{loading}</p>}
      {list.isLoaded && <Table label={title} columns={columns} rows={list.items} keyOf={({ id }) => id} />}
      {list.showMore && (
        <div>
          <Button onClick={list.showMore} disabled={list.isReading}>
            {orders.more}
          </Button>
        </div>
      )}
    </Panel>
  );
}

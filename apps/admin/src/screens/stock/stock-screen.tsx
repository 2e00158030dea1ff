import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { RouterOutputs } from '@commerce-core/client';
import { useState, type FormEvent } from 'react';
import { client, trpc } from '../../api.ts';
import { ExportButton } from '../../components/export-button.tsx';
import { Button, CommandLine, Failure, Field, Table, type Column } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { usePages } from '../../components/use-pages.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { importTexts } from '../../texts/import.ts';
import { stockTexts } from '../../texts/stock.ts';
import layout from '../../components/layout.module.css';
import parts from '../../components/parts.module.css';
import { CreateProductDialog } from './create-product-dialog.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { NumbersHelp } from './numbers-help.tsx';
import { exportInputOf, stockFilter, stockInputOf, stockSorts, stockWords, type StockFilter } from './stock-filter.ts';
import styles from './stock.module.css';

type Listed = RouterOutputs['stock']['list']['items'][number];

/** The products with their units, and the way to each of them. */
export function StockScreen() {
  const filter = useSearch({ from: '/signed-in/stock' });
  const texts = useTextsOf(stockTexts);
  const { may, isKnown } = useMe();
  const [isCreating, setCreating] = useState(false);
  const [isImporting, setImporting] = useState(false);
  const imports = useTextsOf(importTexts);
  return (
    <>
      <div className={layout['head']}>
        <h1>{texts.title}</h1>
        <span className={parts['row']}>
          {may('catalog') && <Button onClick={() => setCreating(true)}>{texts.create}</Button>}
          {(may('stock') || may('catalog')) && <Button onClick={() => setImporting(true)}>{imports.open}</Button>}
          {may('stock') && <ExportButton of="stock" input={exportInputOf(filter)} />}
        </span>
      </div>
      {may('stock') && <StockList key={JSON.stringify(filter)} filter={filter} />}
      {isKnown && !may('stock') && <p className={parts['notice']}>{texts.noScope}</p>}
      {isImporting && <ImportDialog onClose={() => setImporting(false)} />}
      {isCreating && <CreateProductDialog onClose={() => setCreating(false)} />}
    </>
  );
}

function StockList({ filter }: { filter: StockFilter }) {
  const { loading, orders } = useTexts();
  const texts = useTextsOf(stockTexts);
  const input = { ...stockInputOf(filter), limit: 50 };
  const list = usePages<Listed>([...trpc.stock.list.queryKey(input), 'pages'], async (cursor) =>
    client.stock.list.query({ ...input, ...cursor }),
  );
  const columns: Column<Listed>[] = [
    {
      head: texts.sku,
      cell: ({ productId, sku }) => (
        <Link to="/stock/$productId" params={{ productId }}>
          <code>{sku}</code>
        </Link>
      ),
    },
    {
      head: texts.name,
      cell: ({ name, archivedAt }) => (
        <>
          {name} {archivedAt !== null && <span className={parts['chip']}>{texts.archived}</span>}
        </>
      ),
    },
    { head: texts.sellable, isNumber: true, cell: ({ sellableQty }) => <strong>{sellableQty}</strong> },
    { head: texts.reserved, isNumber: true, cell: ({ reservedQty }) => reservedQty },
    { head: texts.available, isNumber: true, cell: ({ availableQty }) => availableQty },
    { head: texts.unshipped, isNumber: true, cell: ({ unshippedQty }) => unshippedQty },
    { head: texts.shelf, isNumber: true, cell: ({ shelfQty }) => shelfQty },
  ];
  return (
    <>
      <StockFilterForm filter={filter} />
      <NumbersHelp />
      {list.error && <Failure error={list.error} retry={list.readAgain} />}
      {!list.isLoaded && !list.error && <p>{loading}</p>}
      {list.isLoaded && list.items.length === 0 && <p>{texts.none}</p>}
      {list.items.length > 0 && (
        <Table label={texts.title} columns={columns} rows={list.items} keyOf={({ productId }) => productId} />
      )}
      {list.showMore && (
        <div>
          <Button onClick={list.showMore} disabled={list.isReading}>
            {orders.more}
          </Button>
        </div>
      )}
      <CommandLine words={stockWords(filter)} />
    </>
  );
}

function StockFilterForm({ filter }: { filter: StockFilter }) {
  const { orders } = useTexts();
  const texts = useTextsOf(stockTexts);
  const navigate = useNavigate();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const search = stockFilter({ ...Object.fromEntries(form), archived: form.has('archived') });
    void navigate({ to: '/stock', search });
  };
  return (
    <form className={styles['filter']} onSubmit={submit}>
      <Field label={texts.search}>
        <input className={parts['input']} name="q" maxLength={200} defaultValue={filter.q ?? ''} />
      </Field>
      <Field label={texts.low}>
        <input className={parts['input']} name="low" type="number" min={0} step={1} defaultValue={filter.low ?? ''} />
      </Field>
      <Field label={texts.sort}>
        <select className={parts['input']} name="sort" defaultValue={filter.sort ?? ''}>
          <option value="">{filter.low === undefined ? texts.sorts.sku : texts.sorts.least}</option>
          {stockSorts.map((sort) => (
            <option key={sort} value={sort}>
              {texts.sorts[sort]}
            </option>
          ))}
        </select>
      </Field>
      <label className={parts['check']}>
        <input type="checkbox" name="archived" defaultChecked={filter.archived === true} />
        {texts.alsoArchived}
      </label>
      <div className={parts['row']}>
        <Button type="submit" look="primary">
          {orders.search}
        </Button>
        {Object.keys(filter).length > 0 && (
          <Button look="plain" onClick={() => void navigate({ to: '/stock', search: {} })}>
            {orders.clear}
          </Button>
        )}
      </div>
    </form>
  );
}

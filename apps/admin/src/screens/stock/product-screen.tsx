import { useQuery } from '@tanstack/react-query';
import { commerceErrorOf } from '@commerce-core/client';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { trpc } from '../../api.ts';
import { Button, CommandLine, Failure, Panel } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { stockTexts } from '../../texts/stock.ts';
import layout from '../../components/layout.module.css';
import parts from '../../components/parts.module.css';
import { ArchiveProductDialog } from './archive-product-dialog.tsx';
import { CountDialog } from './count-dialog.tsx';
import { EditProductDialog } from './edit-product-dialog.tsx';
import { Movements } from './movements.tsx';
import { NumbersHelp } from './numbers-help.tsx';
import type { Product, Stock } from './product.ts';
import { ReceiveDialog } from './receive-dialog.tsx';
import styles from './stock.module.css';

type Open = 'receive' | 'count' | 'edit' | 'archive' | undefined;

/** How often the numbers are read again: orders change them all the time. */
const pollMs = 5_000;

/** One product: its data, its numbers, and the ledger of what changed them. */
export function ProductScreen() {
  const { productId } = useParams({ from: '/signed-in/stock/$productId' });
  const { loading } = useTexts();
  const texts = useTextsOf(stockTexts);
  const { may, isKnown } = useMe();
  const input = { productId, ...(may('catalog') && { includeArchived: true }) };
  const options = { enabled: isKnown, refetchInterval: pollMs };
  const product = useQuery(trpc.product.get.queryOptions(input, options));
  const stock = useQuery(trpc.stock.get.queryOptions({ productId }, { ...options, enabled: may('stock') }));
  if (product.data) return <OneProduct key={productId} product={product.data} stock={stock.data} error={stock.error} />;
  if (commerceErrorOf(product.error)?.code === 'product_not_found') return <h1>{texts.notFound}</h1>;
  return product.error ? <Failure error={product.error} /> : <h1>{loading}</h1>;
}

type OneProductProps = { product: Product; stock: Stock | undefined; error: unknown };

function OneProduct({ product, stock, error }: OneProductProps) {
  const { actions } = useTexts();
  const texts = useTextsOf(stockTexts);
  const { may } = useMe();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const isActive = product.archivedAt === null;
  return (
    <>
      <div className={layout['head']}>
        <h1>
          {product.name} <code className={parts['quiet']}>{product.sku}</code>
        </h1>
        <span className={`${parts['chip']} ${isActive ? parts['good'] : parts['warn']}`}>
          {isActive ? texts.onSale : texts.archived}
        </span>
      </div>
      <div className={parts['row']} role="group" aria-label={actions.label}>
        {stock && <Button onClick={() => setOpen('receive')}>{texts.receive}</Button>}
        {stock && <Button onClick={() => setOpen('count')}>{texts.count}</Button>}
        {may('catalog') && <Button onClick={() => setOpen('edit')}>{texts.edit}</Button>}
        {may('catalog') && isActive && <Button onClick={() => setOpen('archive')}>{texts.archive}</Button>}
      </div>
      {error !== null && <Failure error={error} />}
      {stock && <Numbers stock={stock} />}
      <ProductData product={product} />
      {may('stock') && <Movements productId={product.id} newest={stock?.availableQty} />}
      <CommandLine words={['stock', 'show', product.sku]} />
      {open === 'receive' && stock && <ReceiveDialog product={product} stock={stock} onClose={close} />}
      {open === 'count' && stock && <CountDialog product={product} stock={stock} onClose={close} />}
      {open === 'edit' && <EditProductDialog product={product} onClose={close} />}
      {open === 'archive' && <ArchiveProductDialog product={product} stock={stock} onClose={close} />}
    </>
  );
}

function Numbers({ stock }: { stock: Stock }) {
  const texts = useTextsOf(stockTexts);
  const numbers = {
    sellable: stock.sellableQty,
    reserved: stock.reservedQty,
    available: stock.availableQty,
    unshipped: stock.unshippedQty,
    shelf: stock.shelfQty,
  };
  return (
    <Panel title={texts.numbers}>
      <dl className={styles['numbers']}>
        {(['sellable', 'reserved', 'available', 'unshipped', 'shelf'] as const).map((name) => (
          <div key={name}>
            <dt>{texts[name]}</dt>
            <dd data-testid={name}>{numbers[name]}</dd>
          </div>
        ))}
      </dl>
      <NumbersHelp />
    </Panel>
  );
}

function ProductData({ product }: { product: Product }) {
  const texts = useTextsOf(stockTexts);
  const { money, time } = useFormat();
  const { priceAmount, currency, description, imageUrl, metadata, createdAt, updatedAt, id } = product;
  return (
    <Panel title={texts.data}>
      <dl className={`${parts['facts']} ${styles['texts']}`}>
        <Fact name={texts.price} text={money(priceAmount, currency)} />
        <Fact name={texts.description} text={description} />
        <div>
          <dt>{texts.image}</dt>
          {/* The page's policy shows no picture of another server. */}
          <dd>
            {imageUrl === null ? (
              '–'
            ) : (
              <a href={imageUrl} target="_blank" rel="noreferrer">
                {imageUrl}
              </a>
            )}
          </dd>
        </div>
        <Fact name={texts.metadata} text={metadata && JSON.stringify(metadata, null, 2)} />
        <Fact name={texts.createdAt} text={time(createdAt)} />
        <Fact name={texts.updatedAt} text={time(updatedAt)} />
        <Fact name={texts.id} text={id} />
      </dl>
    </Panel>
  );
}

const Fact = ({ name, text }: { name: string; text: string | null }) => (
  <div>
    <dt>{name}</dt>
    <dd>{text ?? '–'}</dd>
  </div>
);

import { useTextsOf } from '../../texts/language.tsx';
import { stockTexts } from '../../texts/stock.ts';
import type { Stock } from './product.ts';
import styles from './stock.module.css';

/** What a change of the shelf does to the numbers. What orders have reserved or bought stays theirs. */
export function StockPreview({ stock, change }: { stock: Stock; change: number }) {
  const texts = useTextsOf(stockTexts);
  const rows = { shelf: stock.shelfQty, available: stock.availableQty, sellable: stock.sellableQty };
  return (
    <dl className={styles['preview']} aria-live="polite" data-testid="preview">
      {(['shelf', 'available', 'sellable'] as const).map((name) => (
        <Row key={name} name={texts[name]} from={rows[name]} to={rows[name] + change} />
      ))}
    </dl>
  );
}

const Row = ({ name, from, to }: { name: string; from: number; to: number }) => (
  <>
    <dt>{name}</dt>
    <dd>{from === to ? from : `${from} → ${to}`}</dd>
  </>
);

import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { trpc } from '../../api.ts';
import { Button, Field } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import parts from '../../components/parts.module.css';
import queueStyles from '../../components/queue.module.css';
import styles from './returns.module.css';

export type ChosenProduct = { productId: string; sku: string; name: string; quantity: number };

type ProductChoiceProps = {
  currency: string;
  chosen: readonly ChosenProduct[];
  onChoose: (chosen: ChosenProduct[]) => void;
};

const foundMax = 5;
const quantityMax = 1_000_000;

/** Finds products by words of their name or SKU, and takes units of them. */
export function ProductChoice({ currency, chosen, onChoose }: ProductChoiceProps) {
  const { exchange: texts } = useTextsOf(returnsTexts);
  const { money } = useFormat();
  const [text, setText] = useState('');
  const q = useDeferredValue(text.trim());
  const found = useQuery(trpc.product.list.queryOptions({ q, limit: foundMax }, { enabled: q.length >= 2 }));
  const products = q.length < 2 ? [] : (found.data?.items ?? []);
  const isChosen = (productId: string) => chosen.some((one) => one.productId === productId);
  return (
    <>
      {chosen.map((product) => (
        <div key={product.productId} className={styles['product']}>
          <Field label={texts.unitsOf(product.name)}>
            <input
              className={parts['input']}
              type="number"
              min={1}
              max={quantityMax}
              value={product.quantity}
              onChange={({ target }) =>
                onChoose(chosen.map((one) => (one === product ? { ...one, quantity: quantityIn(target.value) } : one)))
              }
            />
          </Field>
          <Button onClick={() => onChoose(chosen.filter((one) => one !== product))}>{texts.remove}</Button>
        </div>
      ))}
      <Field label={texts.find}>
        <input className={parts['input']} value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
      <ul className={queueStyles['lines']} aria-live="polite">
        {products.map(({ id: productId, sku, name, priceAmount, currency: own }) => (
          <li key={productId}>
            <Button
              disabled={isChosen(productId) || own !== currency}
              onClick={() => {
                onChoose([...chosen, { productId, sku, name, quantity: 1 }]);
                setText('');
              }}
            >
              {name} · {sku} · {money(priceAmount, own)}
            </Button>
          </li>
        ))}
      </ul>
      {found.isSuccess && q.length >= 2 && products.length === 0 && <p>{texts.noProduct}</p>}
    </>
  );
}

const quantityIn = (text: string): number => Math.min(Math.max(Math.trunc(Number(text)) || 1, 1), quantityMax);

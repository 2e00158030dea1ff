import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, newIdempotencyKey } from '../../api.ts';
import { ActionDialog } from '../../components/dialog.tsx';
import { CommandLine } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTextsOf } from '../../texts/language.tsx';
import { stockTexts } from '../../texts/stock.ts';
import parts from '../../components/parts.module.css';
import { detailWords, ProductFields, readProduct, textsOf } from './product-fields.tsx';
import type { Product } from './product.ts';
import { readProductsAgain } from './read-product-again.ts';

class ProductChanged extends Error {}

type Change = { words: string[]; send: (key: { context: { idempotencyKey: string } }) => Promise<unknown> };

/** Changes a product's data. Only what differs is sent. */
export function EditProductDialog({ product, onClose }: { product: Product; onClose: () => void }) {
  const texts = useTextsOf(stockTexts);
  const { money } = useFormat();
  const [opened] = useState(product);
  const [given, setGiven] = useState(() => textsOf(product));
  const [keys] = useState(() => new Map<string, string>());
  const { problems, ...edited } = readProduct(given);
  const changes = problems.length > 0 ? [] : changesOf(opened, edited, given.price.trim());
  const edit = useMutation({
    mutationFn: async (wanted: readonly Change[]) => {
      // Products have no version that a change could name.
      const input = { productId: opened.id, includeArchived: true };
      const { updatedAt } = await client.product.get.query(input);
      if (updatedAt !== opened.updatedAt && keys.size === 0) throw new ProductChanged();
      for (const { words, send } of wanted) {
        const name = words.join(' ');
        const idempotencyKey = keys.get(name) ?? newIdempotencyKey();
        keys.set(name, idempotencyKey);
        await send({ context: { idempotencyKey } });
      }
    },
    onSettled: readProductsAgain,
    onSuccess: onClose,
  });
  const isOther = product.updatedAt !== opened.updatedAt && keys.size === 0;
  return (
    <ActionDialog
      title={texts.edit}
      submit={texts.save}
      canSubmit={changes.length > 0}
      isChanged={isOther || edit.error instanceof ProductChanged}
      changedText={texts.productChanged}
      sending={edit}
      onSubmit={() => edit.mutate(changes)}
      onClose={onClose}
    >
      <ProductFields texts={given} onChange={setGiven} />
      {problems.length === 0 && edited.priceAmount !== opened.priceAmount && (
        <p className={parts['notice']} data-testid="preview">
          {texts.repriced(money(opened.priceAmount, opened.currency), money(edited.priceAmount, opened.currency))}
        </p>
      )}
      {changes.map(({ words }) => (
        <CommandLine key={words[1]} words={words} />
      ))}
    </ActionDialog>
  );
}

type Edited = Omit<ReturnType<typeof readProduct>, 'problems'>;

/** The mutations that make a product as it was edited, each with the command that does the same. */
function changesOf(opened: Product, { name, priceAmount, ...details }: Edited, price: string): Change[] {
  const { id: productId, sku } = opened;
  const changed = Object.fromEntries(
    (['description', 'imageUrl', 'metadata'] as const).flatMap((field) =>
      JSON.stringify(details[field]) === JSON.stringify(opened[field]) ? [] : [[field, details[field]]],
    ),
  ) as Partial<typeof details>;
  const changes: Change[] = [];
  if (name !== opened.name)
    changes.push({
      words: ['products', 'rename', sku, name],
      send: async (key) => client.product.rename.mutate({ productId, name }, key),
    });
  if (priceAmount !== opened.priceAmount)
    changes.push({
      words: ['products', 'reprice', sku, price],
      send: async (key) => client.product.reprice.mutate({ productId, priceAmount }, key),
    });
  if (Object.keys(changed).length > 0)
    changes.push({
      words: ['products', 'update', sku, ...detailWords(changed)],
      send: async (key) => client.product.update.mutate({ productId, ...changed }, key),
    });
  return changes;
}
